import { assertEquals, assertThrows } from "@std/assert";
import { nextOf, parseCron } from "../../actors/keyed/_cron.ts";
import { nextTime, retryIn } from "../../actors/keyed/_alarm_times.ts";

function next(expression: string, after: string): string | null {
  const time = nextOf(parseCron("set alarm", expression), Date.parse(after));
  return time === null ? null : new Date(time).toISOString().slice(0, 16);
}

const TIMES: [expression: string, after: string, expected: string | null][] = [
  ["* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01"],
  ["* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01"],
  ["0 3 * * *", "2026-01-01T03:00:00Z", "2026-01-02T03:00"],
  ["0 3 * * *", "2026-01-01T02:59:59Z", "2026-01-01T03:00"],
  ["*/15 8-18/2 * * *", "2026-01-01T08:46:00Z", "2026-01-01T10:00"],
  ["5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45"],
  ["0 0 1,15 * *", "2026-01-02T00:00:00Z", "2026-01-15T00:00"],
  ["0 0 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T00:00"],
  ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00"],
  ["0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00"],
  ["0 0 30 2 *", "2026-01-01T00:00:00Z", null],
  ["59 23 31 dec *", "2026-01-01T00:00:00Z", "2026-12-31T23:59"],
  // The first of January 2026 is a Thursday.
  ["0 12 * * mon", "2026-01-01T00:00:00Z", "2026-01-05T12:00"],
  ["0 12 * * MON-FRI", "2026-01-02T13:00:00Z", "2026-01-05T12:00"],
  ["0 12 * * 0", "2026-01-01T00:00:00Z", "2026-01-04T12:00"],
  ["0 12 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T12:00"],
  // Of two fields for days one is enough, unless one is a star.
  ["0 0 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T00:00"],
  ["0 0 */2 * fri", "2026-01-01T00:00:00Z", "2026-01-09T00:00"],
  ["  0   0  * jan *  ", "2026-01-31T00:00:00Z", "2027-01-01T00:00"],
];

Deno.test("Times of cron expressions, in UTC", () => {
  for (const [expression, after, expected] of TIMES) {
    assertEquals(next(expression, after), expected, `${expression} after ${after}`);
  }
});

const WRONG = [
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * 32 * *",
  "* * * 13 *",
  "* * * * 8",
  "5-1 * * * *",
  "*/0 * * * *",
  "1.5 * * * *",
  "-1 * * * *",
  "a * * * *",
  "1,,2 * * * *",
  "1- * * * *",
  "1-2-3 * * * *",
  "1/2/3 * * * *",
  "*-5 * * * *",
  "1/0x2 * * * *",
  "* * * mon *",
  "@daily",
];

Deno.test("What is no cron expression is refused", () => {
  for (const expression of WRONG) {
    assertThrows(() => parseCron("set alarm", expression), TypeError, "cron", expression);
  }
});

Deno.test("Of the times that an alarm has missed one is left", () => {
  assertEquals(nextTime("every 1000", 500, 0), 1_000);
  assertEquals(nextTime("every 1000", 1_000, 0), 1_000);
  assertEquals(nextTime("every 1000", 1_001, 0), 2_000);
  assertEquals(nextTime("every 1000", 1e9 + 1, 0), 1e9 + 1_000);
  // The clock was put back.
  assertEquals(nextTime("every 1000", 0, 5_000), 6_000);
  assertEquals(nextTime("cron * * * * *", 61_000, 0), 120_000);
  // The file may hold whatever.
  assertEquals(nextTime("sometimes", 0, 0), null);
});

Deno.test("What has failed is tried again later and later, hourly at last", () => {
  assertEquals([0, 1, 2, 11, 12, 1_000].map(retryIn), [
    1_000,
    2_000,
    4_000,
    2_048_000,
    3_600_000,
    3_600_000,
  ]);
});
