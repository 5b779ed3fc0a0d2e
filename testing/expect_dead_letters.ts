import { thread } from "../channels/thread/thread.ts";
import { checkCount } from "../channels/vocabulary/checks.ts";
import type { ActorSystem } from "../actors/system/actor_system.ts";
import type { DeadLetter } from "../actors/vocabulary/system_events.ts";
import { act, type Action } from "./_action.ts";
import {
  comesWithin,
  failure,
  labelOf,
  PATIENCE_MS,
  shownList,
  type WithinOptions,
} from "./_expectation.ts";

/**
 * Waits until so many messages were not handled: with an action those since it began, without one all of the system.
 *
 * What is still under way from another thread is not waited for beyond `count`; to be sure that nothing is, ask an actor
 * there first.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { expectDeadLetters } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = actor(import.meta, () => ({ hear(_text: string) {} }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(listener);
 * await ref.stop();
 * const [letter] = await expectDeadLetters(system, 1, () => ref.tell.hear("too late"));
 * assertEquals(letter?.why, "the actor has ended");
 * ```
 *
 * @param system On the thread that made it; on a worker only what is noticed there counts.
 * @param count How many.
 * @param action What makes them. That it fails is no failure of the test.
 * @returns Those that came during the call, in order.
 * @throws {AssertionError} Rejects when there are fewer when the time is over, or more; with those that came in its
 * message.
 * @throws {RangeError} Rejects when a number is out of range.
 */
export async function expectDeadLetters(
  system: ActorSystem,
  count: number,
  action?: Action,
  { withinMs = PATIENCE_MS }: WithinOptions = {},
): Promise<DeadLetter[]> {
  checkCount("wait for dead letters", "count", count, 0);
  const before = action === undefined ? 0 : system.deadLetters;
  const came = () => system.deadLetters - before;
  const letters: DeadLetter[] = [];
  const enough = Promise.withResolvers<void>();
  const listener = ({ detail }: CustomEvent<DeadLetter>) => {
    letters.push(detail);
    if (came() >= count) enough.resolve();
  };
  system.addEventListener("deadletter", listener);
  try {
    if (action !== undefined) await act(action).done;
    if (came() >= count) enough.resolve();
    const isEnough = await comesWithin("wait for dead letters", withinMs, enough.promise);
    // One too many may follow at once.
    await new Promise<void>((resolve) => thread().platform.clock.yieldTo(resolve));
    if (came() === count) return letters;
    throw failure(missed(count, isEnough ? "" : ` within ${withinMs} ms`, came(), letters));
  } finally {
    system.removeEventListener("deadletter", listener);
  }
}

function missed(count: number, when: string, came: number, letters: DeadLetter[]): string {
  const wanted = count === 0
    ? "no dead letter"
    : count === 1
    ? "1 dead letter"
    : `${count} dead letters`;
  const there = came === 0 ? "there was none" : came === 1 ? "there was 1" : `there were ${came}`;
  const list = letters.map(({ ref, handler, why }) =>
    `"${handler}" for actor "${labelOf(ref)}": ${why}`
  );
  return `Expected ${wanted}${when}, but ${there}${
    list.length === 0 ? "." : `:${shownList(list)}`
  }`;
}
