import { nextOf, parseCron } from "./_cron.ts";

const FIRST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 60 * 60 * 1_000;

/** How long after a failure something is tried again, by how often it has failed before. */
export function retryIn(attempts: number): number {
  return Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
}

/** How an alarm repeats that goes off every so many milliseconds. */
export function everyText(ms: number): string {
  return `every ${ms}`;
}

/** How an alarm repeats that goes off at the times of a cron expression. */
export function cronText(expression: string): string {
  return `cron ${expression}`;
}

/**
 * When an alarm goes off next; those times that have passed meanwhile are left out. `null` when there is none.
 *
 * @param now Wall time in milliseconds.
 * @param before When it was due last.
 */
export function nextTime(repeat: string, now: number, before: number): number | null {
  const [, word, rest = ""] = /^(\w+) (.*)$/.exec(repeat) ?? [];
  if (word === "cron") return nextOf(parseCron("repeat alarm", rest), Math.max(now, before));
  const ms = Number(rest);
  if (word !== "every" || !(ms > 0)) return null;
  return before + ms * Math.max(1, Math.ceil((now - before) / ms));
}
