import {
  checkCount,
  checkMs,
  checkOptions,
  checkSignal,
  checkText,
  checkWord,
  shown,
} from "../../channels/vocabulary/checks.ts";
import type { ActorOptions, PlacementOptions, TaskOptions } from "../vocabulary/options.ts";

const PLACES = ["any", "here", "own"];
const WORKERS = ["web", "thread"];
const FOR_OWN = ["worker", "permissions", "unresponsiveMs"];
const RESTARTS = ["permanent", "transient", "temporary"];
const TASK_RESTARTS = ["transient", "temporary"];
const ON_ERROR = ["restart", "resume", "stop"];
const OVERFLOWS = ["reject", "drop-oldest", "drop-newest"];

/** Refuses options that an actor cannot have. */
export function checkActorOptions(options: ActorOptions): void {
  const doing = "configure actor";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkPlace(doing, options);
  checkWord(doing, "restart", options.restart, RESTARTS);
  checkWord(doing, "onError", options.onError, ON_ERROR);
  checkWord(doing, "mailbox.overflow", options.mailbox?.overflow, OVERFLOWS);
  checkCount(doing, "mailbox.capacity", options.mailbox?.capacity, 1);
  checkCount(doing, "concurrency", options.concurrency, 1);
  checkMs(doing, "startTimeoutMs", options.startTimeoutMs);
  checkMs(doing, "shutdownMs", options.shutdownMs);
}

/** Refuses options that a task cannot have. */
export function checkTaskOptions(options: TaskOptions): void {
  const doing = "configure task";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkPlace(doing, options);
  checkWord(doing, "restart", options.restart, TASK_RESTARTS);
  checkMs(doing, "timeoutMs", options.timeoutMs);
  checkSignal(doing, options.signal);
}

function checkPlace(doing: string, options: PlacementOptions): void {
  for (const name of FOR_OWN) refuseFlat(doing, name, options);
  const { on, own } = options;
  checkWord(doing, "on", on, PLACES);
  if (own === undefined) return;
  if (typeof own !== "object" || own === null) {
    throw new TypeError(`Cannot ${doing}: own must be an object, received ${shown(own)}`);
  }
  checkWord(doing, "own.worker", own.worker, WORKERS);
  checkMs(doing, "own.unresponsiveMs", own.unresponsiveMs);
}

/** An option of `own` that stands beside it would go unheard. */
function refuseFlat(doing: string, name: string, options: object): void {
  const value = (options as Record<string, unknown>)[name];
  if (value === undefined) return;
  const text = typeof value === "object" ? "..." : shown(value);
  throw new TypeError(
    `Cannot ${doing}: ${name} is an option of own, write own: { ${name}: ${text} }`,
  );
}
