import { Adoption } from "../channels/vocabulary/adoption.ts";
import { checkGivenMs, shown } from "../channels/vocabulary/checks.ts";
import { actor } from "../actors/actor.ts";
import type { ActorContext } from "../actors/actor_context.ts";
import { currentTurn } from "../actors/cell/turn.ts";
import type { Cell } from "../actors/cell/cell.ts";
import type { DefinedActor } from "../actors/definition/defined_actor.ts";
import { ActorSystem, hostBehind } from "../actors/system/actor_system.ts";
import type { ActorRef } from "../actors/vocabulary/actor_ref.ts";
import {
  comesWithin,
  failure,
  PATIENCE_MS,
  shownCall,
  shownList,
  type WithinOptions,
} from "./_expectation.ts";
import type { Answers, HandlerName, ProtocolOf, RecordedCall } from "./protocol.ts";

/**
 * Stands for an actor in a test: a real reference, and a record of what came to it. Made by {@linkcode probe}.
 *
 * @typeParam H The handlers that it stands for.
 */
export interface Probe<H> extends Disposable, AsyncDisposable {
  /** Can be sent in any message and used on any thread of the system; it can be watched and stopped. */
  readonly ref: ActorRef<H>;
  /** All calls so far, in the order in which they came: told, asked or streamed. */
  readonly calls: readonly RecordedCall<H>[];
  /**
   * Waits for the next call of a handler, and gives its arguments. Each call is given once; one that came before is
   * given at once.
   *
   * @throws {AssertionError} Rejects when none comes in time, or the probe ends before, with its system or by itself.
   * @throws {RangeError} Rejects when `withinMs` is negative or no number.
   */
  next<K extends HandlerName<H>>(
    handler: K,
    options?: WithinOptions,
  ): Promise<Extract<RecordedCall<H>, { handler: K }>["args"]>;
  /**
   * Makes sure that nothing comes for some time, in milliseconds as those of `withinMs`, and that nothing has come since
   * the call that {@linkcode Probe.next} has given last.
   *
   * @throws {AssertionError} Rejects at once when something does, or has.
   * @throws {RangeError} Rejects when `ms` is negative or no number.
   */
  nothing(ms: number): Promise<void>;
}

/**
 * Makes a probe: an actor on this thread that records each call. It ends with the system, with its `using` scope, or
 * when somebody stops it.
 *
 * A call without a handler here is recorded. If it was asked or streamed, it rejects with a `TypeError` that says so.
 * With a handler it is answered by that, also when another answer is still to come; a handler that throws rejects
 * the ask, and the probe goes on.
 *
 * @example What an actor sends
 * ```ts
 * import { actor, type ActorRef, ActorSystem } from "@troupe/actors";
 * import { probe } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Stock {
 *   take(boxes: number): number;
 *   report(text: string): void;
 * }
 * const shop = actor(import.meta, (_context, stock: ActorRef<Stock>) => ({
 *   async sell(boxes: number) {
 *     const left = await stock.ask.take(boxes);
 *     if (left < 5) stock.tell.report(`only ${left} left`);
 *   },
 * }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const stock = probe<Stock>(system, { take: (boxes) => 10 - boxes });
 * const ref = await system.spawn(shop, stock.ref);
 * ref.tell.sell(7);
 * assertEquals(await stock.next("take"), [7]);
 * assertEquals(await stock.next("report", { withinMs: 1_000 }), ["only 3 left"]);
 * await stock.nothing(20);
 * ```
 *
 * @typeParam P The handlers, or `typeof` a definition; without it anything may be sent.
 * @param system The system that it is part of, on any of its threads.
 * @param handlers What it answers with; each may also give a promise.
 * @throws {TypeError} when `system` or `handlers` is none.
 * @throws {ActorStoppedError} when the system has shut down.
 */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export function probe<P = any>(
  system: ActorSystem,
  handlers: Answers<ProtocolOf<P>> = {} as Answers<ProtocolOf<P>>,
): Probe<ProtocolOf<P>> {
  if (!(system instanceof ActorSystem)) {
    throw new TypeError("Cannot make a probe: the first argument must be an ActorSystem");
  }
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(
      `Cannot make a probe: handlers must be an object, received ${shown(handlers)}`,
    );
  }
  return new Recorder(system, handlers) as unknown as Probe<ProtocolOf<P>>;
}

interface Call {
  readonly handler: string;
  readonly args: unknown[];
}

const adoption = new Adoption<Recorder>();

/** Its handlers are those of the probe that is being made: it starts within that call. */
const recorder = actor(import.meta, (context) => adoption.take()!.begin(context), { key: "probe" })
  .with({ restart: "temporary", onError: "resume", concurrency: Number.MAX_SAFE_INTEGER });

/** What stands behind a {@linkcode Probe}. */
class Recorder {
  readonly ref: ActorRef<unknown>;
  readonly calls: Call[] = [];
  readonly #handlers: Record<string, unknown>;
  /** Calls that `next` has not given. */
  readonly #untaken: Call[] = [];
  readonly #waits: { handler: string; take: (call: Call | null) => void }[] = [];
  /** Where in `calls` those are that came since the one that `next` has given last. */
  #since = 0;
  /** Ends the waits for nothing. */
  readonly #surprises = new Set<() => void>();
  #hasEnded = false;

  constructor(system: ActorSystem, handlers: object) {
    this.#handlers = handlers as Record<string, unknown>;
    const host = hostBehind(system);
    host.checkOpen("make a probe");
    const definition = recorder as unknown as DefinedActor<unknown, unknown[]>;
    // At once, as its setup is not async and it has no name.
    const start = () => host.actors.start(definition, [], host, null, null, () => {});
    this.ref = (adoption.with(this, start) as Cell).ref;
  }

  /** The life of its actor begins. */
  begin(context: ActorContext): object {
    context.onStop(() => this.#end());
    // Has what the handlers have, so that a handler may be called as a method of all objects is.
    return new Proxy(Object.create(this.#handlers), {
      get: (_target, name) => typeof name === "string" ? this.#handlerFor(name) : undefined,
      getOwnPropertyDescriptor: (_target, name) =>
        typeof name !== "string" || name === "then"
          ? undefined
          : { configurable: true, enumerable: true, value: this.#handlerFor(name) },
    });
  }

  async next(handler: string, { withinMs = PATIENCE_MS }: WithinOptions = {}): Promise<unknown[]> {
    checkGivenMs("wait for a call", "withinMs", withinMs);
    const index = this.#untaken.findIndex((call) => call.handler === handler);
    if (index >= 0) return this.#given(this.#untaken.splice(index, 1)[0]!);
    const call = this.#hasEnded ? null : await this.#wait(handler, withinMs);
    if (call === null) throw this.#missing(handler, ", but the probe has ended");
    return this.#given(call);
  }

  async nothing(ms: number): Promise<void> {
    checkGivenMs("wait for nothing", "ms", ms);
    if (this.calls.length === this.#since && !this.#hasEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#surprises.add(resolve);
      await comesWithin("wait for nothing", ms, promise);
      this.#surprises.delete(resolve);
    }
    const call = this.calls[this.#since];
    if (call === undefined) return;
    const { handler, args } = call;
    throw failure(`Expected no call within ${ms} ms, but there was ${shownCall(handler, args)}.`);
  }

  [Symbol.dispose](): void {
    void this.ref.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ref.stop();
  }

  #handlerFor(handler: string): (...args: unknown[]) => unknown {
    return (...args) => {
      this.#record({ handler, args: [...args] });
      const own = this.#handlers[handler];
      // An actor has no handler by the name of what all objects have either.
      if (typeof own === "function" && own !== Object.prototype[handler as "toString"]) {
        return own.apply(this.#handlers, args);
      }
      if ((currentTurn()?.reply ?? null) === null) return undefined;
      const hint = `probe(system, { ${handler}: ... })`;
      throw new TypeError(`Cannot answer "${handler}": the probe has no handler for it: ${hint}`);
    };
  }

  /** Gives the next call of a handler; `null` when the probe ends first. */
  async #wait(handler: string, withinMs: number): Promise<Call | null> {
    const { promise, resolve } = Promise.withResolvers<Call | null>();
    const wait = { handler, take: resolve };
    this.#waits.push(wait);
    const came = await comesWithin("wait for a call", withinMs, promise);
    // It may have come in the very moment in which the time was over.
    if (came || !this.#forget(wait)) return await promise;
    throw this.#missing(handler, ` within ${withinMs} ms, but none came`);
  }

  #given(call: Call): unknown[] {
    this.#since = Math.max(this.#since, this.calls.indexOf(call) + 1);
    return call.args;
  }

  #record(call: Call): void {
    this.calls.push(call);
    for (const end of this.#surprises) end();
    const wait = this.#waits.find(({ handler }) => handler === call.handler);
    if (wait !== undefined) {
      this.#forget(wait);
      return wait.take(call);
    }
    this.#untaken.push(call);
  }

  /** Takes a wait out; whether it was there. */
  #forget(wait: { handler: string }): boolean {
    const index = this.#waits.findIndex((each) => each === wait);
    if (index >= 0) this.#waits.splice(index, 1);
    return index >= 0;
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { take } of this.#waits.splice(0)) take(null);
    for (const end of this.#surprises) end();
  }

  #missing(handler: string, what: string): Error {
    const list = this.calls.map((call) => shownCall(call.handler, call.args));
    return failure(`Expected a call of "${handler}"${what}. Calls so far:${shownList(list)}`);
  }
}
