import {
  checkCount,
  checkMs,
  checkOptions,
  checkSignal,
  checkText,
  checkWord,
} from "../../channels/vocabulary/checks.ts";
import type { ActorOptions, TaskOptions } from "../vocabulary/options.ts";

const PLACES = ["any", "here", "own"];
const WORKERS = ["web", "thread"];
const RESTARTS = ["permanent", "transient", "temporary"];
const TASK_RESTARTS = ["transient", "temporary"];
const ON_ERROR = ["restart", "resume", "stop"];
const OVERFLOWS = ["reject", "drop-oldest", "drop-newest"];

/** Refuses options that an actor cannot have. */
export function checkActorOptions(options: ActorOptions): void {
  const doing = "configure actor";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkWord(doing, "on", options.on, PLACES);
  checkWord(doing, "worker", options.worker, WORKERS);
  checkWord(doing, "restart", options.restart, RESTARTS);
  checkWord(doing, "onError", options.onError, ON_ERROR);
  checkWord(doing, "mailbox.overflow", options.mailbox?.overflow, OVERFLOWS);
  checkCount(doing, "mailbox.capacity", options.mailbox?.capacity, 1);
  checkCount(doing, "concurrency", options.concurrency, 1);
  checkMs(doing, "startTimeoutMs", options.startTimeoutMs);
  checkMs(doing, "shutdownMs", options.shutdownMs);
  checkMs(doing, "unresponsiveMs", options.unresponsiveMs);
}

/** Refuses options that a task cannot have. */
export function checkTaskOptions(options: TaskOptions): void {
  const doing = "configure task";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkWord(doing, "on", options.on, PLACES);
  checkWord(doing, "worker", options.worker, WORKERS);
  checkWord(doing, "restart", options.restart, TASK_RESTARTS);
  checkMs(doing, "unresponsiveMs", options.unresponsiveMs);
  checkMs(doing, "timeoutMs", options.timeoutMs);
  checkSignal(doing, options.signal);
}
