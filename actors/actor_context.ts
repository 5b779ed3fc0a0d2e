import type { ActorDefinition, RefOf, TaskDefinition } from "./vocabulary/definition.ts";
import type { ActorRef } from "./vocabulary/actor_ref.ts";
import type { ActorSystem } from "./system/actor_system.ts";
import type { ExitReason } from "./vocabulary/exit_reason.ts";
import type { Supervisor } from "./supervision/supervisor.ts";
import type { SuperviseOptions } from "./supervision/supervisor_options.ts";

/**
 * What an actor can do besides answering: the first argument of `setup`.
 *
 * It belongs to one incarnation: after a restart `setup` gets a new one, and the old one's timers are gone. Code that
 * goes on after the end of its incarnation (a handler that was not waited for, a floating promise) can add nothing to
 * it: `spawn`, `run` and `find` reject with `ActorStoppedError`, `supervise` throws it, timers never fire, `become`
 * changes nothing, and what is given to `onStop` is called at once.
 */
export interface ActorContext {
  /** This actor. Typed by its user: `const self: ActorRef<Counter> = context.self`. */
  // deno-lint-ignore no-explicit-any -- the protocol is only known when setup has returned
  readonly self: ActorRef<any>;
  /** The system that the actor belongs to, as seen from its thread. */
  readonly system: ActorSystem;
  /**
   * Aborted when the actor begins to stop (after draining) or to restart.
   *
   * Read at the begin of a stream's handler, before that awaits anything, it is the stream's own: aborted also when the
   * reader has left, by `break`, an abort, a timeout or its end, and when the actor is to drain. A generator that fails
   * with the signal's reason has not failed, it has ended.
   *
   * @example End what a stream waits for when its reader leaves
   * ```ts
   * import { actor, ActorSystem } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   * import { setTimeout } from "node:timers/promises";
   *
   * const clock = actor(import.meta, (context) => ({
   *   async *ticks(ms: number) {
   *     const { signal } = context;
   *     for (let tick = 0;; tick++) {
   *       yield tick;
   *       await setTimeout(ms, null, { signal });
   *     }
   *   },
   * }));
   *
   * await using system = new ActorSystem({ workers: 0 });
   * const ref = await system.spawn(clock);
   * for await (const tick of ref.stream.ticks(3_600_000)) {
   *   assertEquals(tick, 0);
   *   break; // ends the timer, too
   * }
   * ```
   */
  readonly signal: AbortSignal;
  /** How often it has been restarted, in place or after the loss of its thread. */
  readonly restarts: number;
  /**
   * Starts a child: it stops before its parent does, also while it is still being started.
   *
   * @throws Rejects as {@linkcode ActorSystem.spawn}.
   * @throws {ActorStoppedError} Rejects when this actor ends before the child's `setup` has begun; that need not be
   * caught.
   */
  spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>>;
  /** Runs a task on some worker; see {@linkcode ActorSystem.run}. */
  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>>;
  /**
   * Starts a supervisor for children of this actor. When it has to give up, that is an error of this actor.
   *
   * @throws {RangeError} when a number is out of range.
   */
  supervise(options?: SuperviseOptions): Supervisor;
  /**
   * Resolves with the reason at another actor's final end. Rejects with an `AbortError` when this actor begins to
   * end first, or has.
   */
  // deno-lint-ignore no-explicit-any -- any protocol will do
  watch(ref: ActorRef<any>): Promise<ExitReason>;
  /** Finds an actor by name. One round trip to the main thread. */
  // deno-lint-ignore no-explicit-any -- inference needs it
  find<D extends ActorDefinition<any, any>>(name: string): Promise<RefOf<D> | undefined>;
  /**
   * Calls back once, as a turn of this actor, after `ms` milliseconds, however many; after `Infinity` never. Dispose to
   * cancel.
   *
   * @throws {RangeError} when the time is negative, `NaN`, or no number.
   * @throws {TypeError} when `fn` is not a function.
   */
  after(ms: number, fn: () => unknown): Disposable;
  /**
   * Calls back every `ms` milliseconds, as a turn; the next wait begins when a turn has ended. Dispose to cancel.
   *
   * @throws {RangeError} when the time is negative, `NaN`, or no number.
   * @throws {TypeError} when `fn` is not a function.
   */
  every(ms: number, fn: () => unknown): Disposable;
  /**
   * Registers a callback for the end of this incarnation, whatever the reason. Callbacks run in reverse order,
   * each awaited, within `shutdownMs` together. After the end the callback is called at once.
   *
   * @throws {TypeError} when it is not a function.
   */
  onStop(fn: () => unknown): void;
  /** Answers the following messages with other handlers of the same protocol; in `setup`, instead of those it returns. */
  become(handlers: object): void;
  /** Ends this actor after the current message, with reason `normal`. */
  stop(): void;
}
