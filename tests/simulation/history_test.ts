import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { History } from "../../testing/simulation/history.ts";

interface Event {
  readonly at?: number;
  readonly who?: string;
  readonly what?: string;
  readonly data?: unknown;
}

function historyOf(events: readonly Event[]): History {
  const history = new History();
  for (const { at = 1, who = "main", what = "message", data } of events) {
    history.note(at, { to: { name: who }, what, data });
  }
  return history;
}

Deno.test("A history keeps the last 40 events, in order", () => {
  const history = historyOf(
    Array.from({ length: 100 }, (_, at) => ({ at, what: `event ${at}` })),
  );
  const lines = history.lines();
  assertEquals(history.count, 100);
  assertEquals(lines.length, 40);
  assertMatch(lines[0]!, /^ {4}60\.000 ms {2}main: event 60$/);
  assertMatch(lines[39]!, /^ {4}99\.000 ms {2}main: event 99$/);
  assertEquals(historyOf([{ data: "x" }]).lines(), ["     1.000 ms  main: message x"]);
});

const EVENTS: readonly Event[] = [{ data: "[[0,1]]" }, { data: [["[[0,1]]"], [1]] }, {}];

Deno.test.each(
  [
    ["a time", { at: 1.001 }],
    ["a thread", { who: "troupe host 1" }],
    ["what happens", { what: "timer" }],
    ["a message", { data: "[[0,2]]" }],
    ["a message with something beside it", { data: [["[[0,2]]"], [1]] }],
  ] as const,
)("Histories that differ in %s have different hashes", (_what, change: Event) => {
  const { hash } = historyOf(EVENTS);
  assertMatch(hash, /^[0-9a-f]{8}$/);
  assertEquals(historyOf(EVENTS).hash, hash);
  for (const [at, event] of EVENTS.entries()) {
    const changed = EVENTS.with(at, { ...event, ...change });
    assertNotEquals(historyOf(changed).hash, hash, `${at}`);
  }
});

Deno.test("Histories that differ in their order, or in their number, have different hashes", () => {
  const { hash } = historyOf(EVENTS);
  assertNotEquals(historyOf(EVENTS.toReversed()).hash, hash);
  assertNotEquals(historyOf(EVENTS.slice(1)).hash, hash);
});

Deno.test("Where the sources are makes no difference to a hash", () => {
  const at = (folder: string) => historyOf([{ data: `[[8,"file:///${folder}/main.ts:3"]]` }]).hash;
  assertEquals(at("home/me/bank"), at("builds/17"));
});
