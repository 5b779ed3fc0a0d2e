import type { ActorSystem } from "../actors/system/actor_system.ts";
import type { ActorRef } from "../actors/vocabulary/actor_ref.ts";
import type { ExitReason } from "../actors/vocabulary/exit_reason.ts";
import type { Restart } from "../actors/vocabulary/system_events.ts";
import { act, type Action, nothingToDo } from "./_action.ts";
import {
  comesWithin,
  failure,
  labelOf,
  PATIENCE_MS,
  shownEnd,
  type WithinOptions,
} from "./_expectation.ts";

/**
 * Waits until an actor restarts, in place or on a new thread; what is asked of it then waits for its `setup`.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { expectRestart } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = actor(import.meta, () => {
 *   let count = 0;
 *   return {
 *     increment: () => ++count,
 *     fail: () => Promise.reject(new Error("broken")),
 *   };
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(counter);
 * await ref.ask.increment();
 * const { restarts } = await expectRestart(system, ref, () => ref.ask.fail());
 * assertEquals(restarts, 1);
 * assertEquals(await ref.ask.increment(), 1);
 * ```
 *
 * @param system The actor's, on the thread that made it, or that of the actor.
 * @param action What makes it restart. That it fails is no failure of the test, if the actor restarts.
 * @returns What event `"restart"` of the system says.
 * @throws {AssertionError} Rejects when it does not in time, or ends; the `cause` is the error with which it ended, or
 * that of the action.
 * @throws {RangeError} Rejects when `withinMs` is negative or no number.
 */
export async function expectRestart(
  system: ActorSystem,
  // deno-lint-ignore no-explicit-any -- any protocol will do
  ref: ActorRef<any>,
  action: Action = nothingToDo,
  { withinMs = PATIENCE_MS }: WithinOptions = {},
): Promise<Restart> {
  const settled = Promise.withResolvers<Restart | ExitReason>();
  const listener = ({ detail }: CustomEvent<Restart>) => {
    if (detail.ref.id === ref.id) settled.resolve(detail);
  };
  system.addEventListener("restart", listener);
  const acted = act(action);
  ref.exited.then(settled.resolve);
  try {
    if (!await comesWithin("wait for a restart", withinMs, settled.promise)) {
      const what = `Expected actor "${
        labelOf(ref)
      }" to restart within ${withinMs} ms, but it did not.`;
      throw failure(what, acted.error);
    }
  } finally {
    system.removeEventListener("restart", listener);
  }
  const outcome = await settled.promise;
  if ("restarts" in outcome) return outcome;
  const end = shownEnd(outcome);
  const what = `Expected actor "${labelOf(ref)}" to restart, but it ended with ${end}.`;
  throw failure(what, "error" in outcome ? outcome.error : acted.error);
}
