import type { ActorRef } from "../actors/vocabulary/actor_ref.ts";
import type { ExitReason } from "../actors/vocabulary/exit_reason.ts";
import { act, type Action, nothingToDo } from "./_action.ts";
import {
  comesWithin,
  failure,
  labelOf,
  PATIENCE_MS,
  shownEnd,
  type WithinOptions,
} from "./_expectation.ts";

/** Options of {@linkcode expectExit}. */
export interface ExpectExitOptions<K extends ExitReason["kind"] = ExitReason["kind"]>
  extends WithinOptions {
  /**
   * Why it has to end.
   *
   * @default any reason will do
   */
  kind?: K | undefined;
}

/**
 * Waits for the final end of an actor; one that has ended before will do.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { expectExit } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const guest = actor(import.meta, (context) => ({ leave: () => context.stop() }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(guest);
 * const reason = await expectExit(ref, () => ref.tell.leave(), { kind: "normal" });
 * assertEquals(reason, { kind: "normal" });
 * ```
 *
 * @param action What makes it end. That it fails is no failure of the test, if the actor ends.
 * @returns The reason, of type `kind` where that is given.
 * @throws {AssertionError} Rejects when it does not end in time, or with another reason than `kind`; the `cause` is the
 * error with which it ended, or that of the action.
 * @throws {RangeError} Rejects when `withinMs` is negative or no number.
 */
export async function expectExit<K extends ExitReason["kind"] = ExitReason["kind"]>(
  // deno-lint-ignore no-explicit-any -- any protocol will do
  ref: ActorRef<any>,
  action: Action = nothingToDo,
  { kind, withinMs = PATIENCE_MS }: ExpectExitOptions<K> = {},
): Promise<Extract<ExitReason, { kind: K }>> {
  const what = `Expected actor "${labelOf(ref)}" to end`;
  const acted = act(action);
  if (!await comesWithin("wait for an end", withinMs, ref.exited)) {
    throw failure(`${what} within ${withinMs} ms, but it did not.`, acted.error);
  }
  const reason = await ref.exited;
  if (kind !== undefined && reason.kind !== kind) {
    const cause = "error" in reason ? reason.error : acted.error;
    throw failure(`${what} with "${kind}", but it ended with ${shownEnd(reason)}.`, cause);
  }
  return reason as Extract<ExitReason, { kind: K }>;
}
