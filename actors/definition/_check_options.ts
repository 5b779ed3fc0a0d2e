import {
  checkCount,
  checkMs,
  checkOptions,
  checkSignal,
  checkText,
  checkWord,
  shown,
} from "../../channels/vocabulary/checks.ts";
import type {
  ActorOptions,
  OwnWorkerOptions,
  PlacementOptions,
  TaskOptions,
} from "../vocabulary/options.ts";
import { WORKER_KINDS } from "../vocabulary/worker_kinds.ts";

const PLACES = ["any", "here", "own"];
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

function checkPlace(doing: string, { on, own }: PlacementOptions): void {
  checkWord(doing, "on", on, PLACES);
  if (own === undefined) return;
  if (typeof own !== "object" || own === null) {
    throw new TypeError(`Cannot ${doing}: own must be an object, received ${shown(own)}`);
  }
  checkWord(doing, "own.worker", own.worker, WORKER_KINDS);
  checkMs(doing, "own.unresponsiveMs", own.unresponsiveMs);
}

/**
 * The options of a definition with more of them. Those of a worker of its own may stand beside `on: "own"`, and are put
 * into `own`.
 *
 * @throws {TypeError} when they stand anywhere else, where they would go unheard.
 */
export function withMore<O extends PlacementOptions>(doing: string, before: O, more: O): O {
  const { worker, permissions, unresponsiveMs } = more;
  const all: O = { ...before, ...more };
  // Looked at before anything is made: a definition may get options for each actor that is started.
  if (worker === undefined && permissions === undefined && unresponsiveMs === undefined) return all;
  return foldIntoOwn(doing, all, { worker, permissions, unresponsiveMs });
}

function foldIntoOwn<O extends PlacementOptions>(
  doing: string,
  all: O,
  beside: OwnWorkerOptions,
): O {
  checkWord(doing, "worker", beside.worker, WORKER_KINDS);
  checkMs(doing, "unresponsiveMs", beside.unresponsiveMs);
  const given = Object.entries(beside).filter(([, value]) => value !== undefined);
  if (all.on !== "own") {
    const [name, value] = given[0]!;
    const text = typeof value === "object" ? "..." : shown(value);
    throw new TypeError(
      `Cannot ${doing}: ${name} is an option of own, write own: { ${name}: ${text} }`,
    );
  }
  const { worker: _, permissions: __, unresponsiveMs: ___, ...rest } = all;
  return { ...rest, own: { ...all.own, ...Object.fromEntries(given) } } as O;
}
