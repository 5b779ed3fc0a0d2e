import type { ActorSystem } from "../actors/system/actor_system.ts";
import type { Failure } from "../actors/vocabulary/system_events.ts";
import { failure, labelOf, shownList } from "./_expectation.ts";

/**
 * Makes a test fail of an error that nobody sees: that of a message that was told, of a timer, of an `onStop` callback, or
 * of what nobody caught in a worker. The system reports these as event `"error"`; one for which a listener calls
 * `preventDefault()` was seen, and so was the error of an ask by whoever asked. A `setup` that fails at a restart is no
 * such event: see {@linkcode expectExit}.
 *
 * Two ways to use it, after the system was made: `await using` shuts the system down, so that all has come, and then
 * looks; `using` looks at what has come by then.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { expectNoErrors } from "@troupe/actors/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const printer = actor(import.meta, () => ({
 *   print(page: number) {
 *     if (page > 9) throw new RangeError(`there is no page ${page}`);
 *   },
 * }));
 *
 * await assertRejects(
 *   async () => {
 *     await using system = new ActorSystem({ workers: 0 });
 *     await using _ = expectNoErrors(system);
 *     const ref = await system.spawn(printer);
 *     ref.tell.print(10);
 *   },
 *   Error,
 *   "RangeError: there is no page 10",
 * );
 * ```
 *
 * @param system On the thread that made it.
 * @returns What throws an `AssertionError` at the end of its scope that names actor, handler and error of each; its `cause`
 * is the error, or an `AggregateError` of several.
 */
export function expectNoErrors(system: ActorSystem): Disposable & AsyncDisposable {
  const events: CustomEvent<Failure>[] = [];
  const listener = (event: CustomEvent<Failure>) => void events.push(event);
  system.addEventListener("error", listener);
  const look = () => {
    system.removeEventListener("error", listener);
    const unseen = events.filter(({ defaultPrevented }) => !defaultPrevented);
    if (unseen.length > 0) throw failureOf(unseen.map(({ detail }) => detail));
  };
  return {
    [Symbol.dispose]: look,
    async [Symbol.asyncDispose]() {
      await system.shutdown();
      look();
    },
  };
}

function failureOf(unseen: Failure[]): Error {
  const list = unseen.map(({ ref, handler, host, error }) => {
    const what = ref === undefined
      ? `what nobody caught in worker ${host}`
      : `"${handler}" of actor "${labelOf(ref)}" on host ${host}`;
    return `${what}: ${error}`;
  });
  const count = list.length === 1 ? "was 1" : `were ${list.length}`;
  const errors = unseen.map(({ error }) => error);
  return failure(
    `Expected no errors that nobody sees, but there ${count}:${shownList(list)}`,
    errors.length === 1 ? errors[0] : new AggregateError(errors),
  );
}
