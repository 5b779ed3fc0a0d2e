import { shown } from "../../channels/vocabulary/checks.ts";

/** The times of a cron expression, in UTC: of each field the values that fit. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Whether a day has to fit by both of its fields: when one of them is `*`. */
  readonly isBoth: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS = [
  { name: "minute", least: 0, most: 59, words: [] as string[] },
  { name: "hour", least: 0, most: 23, words: [] as string[] },
  { name: "day of the month", least: 1, most: 31, words: [] as string[] },
  { name: "month", least: 1, most: 12, words: ["", ...MONTHS] },
  { name: "day of the week", least: 0, most: 7, words: WEEKDAYS },
] as const;

type Field = typeof FIELDS[number];

/**
 * Reads a cron expression of five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday);
 * each `*`, a value, a range `1-5`, a list `1,15` or steps `8-18/2`; months and days by name, too.
 *
 * @throws {TypeError} when it is none.
 */
export function parseCron(doing: string, expression: string): Cron {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    throw new TypeError(
      `Cannot ${doing}: cron must have five fields (minute, hour, day, month, weekday), received ` +
        shown(expression),
    );
  }
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) => {
    return valuesOf(doing, field, texts[index]!.toLowerCase());
  }) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.has(7)) weekdays.add(0);
  const isBoth = texts[2]!.startsWith("*") || texts[4]!.startsWith("*");
  return { minutes, hours, days, months, weekdays, isBoth };
}

const PART = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/;

function valuesOf(doing: string, field: Field, text: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, star, from = "", to = from, step] = PART.exec(part) ?? [];
    const first = star === undefined ? numberOf(field, from) : field.least;
    // `5/10` means from 5 on.
    const isOpen = star !== undefined || step !== undefined && !part.includes("-");
    const last = isOpen ? field.most : numberOf(field, to);
    const by = Number(step ?? 1);
    const isSo = Number.isInteger(first) && Number.isInteger(last) && Number.isInteger(by) &&
      first >= field.least && last <= field.most && first <= last && by >= 1;
    if (!isSo) {
      throw new TypeError(
        `Cannot ${doing}: ${field.name} of cron must be within ${field.least} to ${field.most}, ` +
          `received ${shown(text)}`,
      );
    }
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

function numberOf({ words }: Field, text: string): number {
  const word = (words as readonly string[]).indexOf(text);
  if (word >= 0 && text !== "") return word;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
// February 29th comes after eight years at most; a day that never comes is given up after that.
const MOST_DAYS = 366 * 9;

/** The first time after a wall time in milliseconds; `null` when there is none, as on February 30th. */
export function nextOf(cron: Cron, after: number): number | null {
  const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  let dayStart = Math.floor(first / DAY_MS) * DAY_MS;
  let minute = (first - dayStart) / MINUTE_MS;
  for (let days = 0; days < MOST_DAYS; days++) {
    if (fitsDay(cron, new Date(dayStart))) {
      for (; minute < 24 * 60; minute++) {
        const isIt = cron.hours.has(Math.floor(minute / 60)) && cron.minutes.has(minute % 60);
        if (isIt) return dayStart + minute * MINUTE_MS;
      }
    }
    dayStart += DAY_MS;
    minute = 0;
  }
  return null;
}

function fitsDay({ days, months, weekdays, isBoth }: Cron, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const fitsMonth = days.has(day.getUTCDate());
  const fitsWeek = weekdays.has(day.getUTCDay());
  return isBoth ? fitsMonth && fitsWeek : fitsMonth || fitsWeek;
}
