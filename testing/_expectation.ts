import type { AssertionError } from "node:assert";
import type { ActorRef } from "../actors/vocabulary/actor_ref.ts";
import type { ExitReason } from "../actors/vocabulary/exit_reason.ts";
import { thread } from "../channels/thread/thread.ts";
import { checkGivenMs } from "../channels/vocabulary/checks.ts";

/** How long something that is expected may take. */
export interface WithinOptions {
  /**
   * Longest wait, in milliseconds of real time, also while {@linkcode fakeTime} moves that of the system; in a
   * simulation of its time.
   *
   * @default {5_000}
   */
  withinMs?: number | undefined;
}

/** How long expectations wait that are not told: it is only waited for so long when one fails. */
export const PATIENCE_MS = 5_000;

/**
 * Whether something happens in time.
 *
 * @throws Rejects as `promise` does.
 * @throws {RangeError} when the time is negative, or no number.
 */
export async function comesWithin(
  doing: string,
  ms: number,
  promise: PromiseLike<unknown>,
): Promise<boolean> {
  checkGivenMs(doing, "withinMs", ms);
  const late = Promise.withResolvers<boolean>();
  const timer = thread().platform.clock.setRealTimer(() => late.resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    timer.cancel();
  }
}

/** The error of an expectation that failed: that of `node:assert`, which reporters of tests know. */
export function failure(message: string, cause?: unknown): AssertionError {
  // Its module is loaded when something fails, and not before: it takes 40 ms, in each file with tests.
  // deno-lint-ignore no-process-global -- the module would take as long
  const { AssertionError } = process.getBuiltinModule("node:assert");
  const error = new AssertionError({ message, stackStartFn: failure });
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** How a value, or a call, is called in the error of an expectation. */
export function shownCall(handler: string, args: readonly unknown[]): string {
  return `${handler}(${
    args.map((arg) => Deno.inspect(arg, { strAbbreviateSize: 200 })).join(", ")
  })`;
}

/** A list in the error of an expectation: each on a line of its own. */
export function shownList(list: readonly string[]): string {
  if (list.length === 0) return " none.";
  return list.map((each) => `\n    ${each}`).join("");
}

/** How an actor is called in the error of an expectation. */
export function labelOf({ name, id }: Pick<ActorRef<unknown>, "name" | "id">): string {
  return name ?? id;
}

/** How the end of an actor is called in the error of an expectation. */
export function shownEnd(reason: ExitReason): string {
  const what = "error" in reason ? `: ${reason.error}` : "";
  const where = "handler" in reason ? ` in "${reason.handler}"` : "";
  return `"${reason.kind}"${what}${where}`;
}
