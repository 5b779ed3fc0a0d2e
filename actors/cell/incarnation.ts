import type { ActorContext } from "../actor_context.ts";
import type { ActorDefinition, RefOf, TaskDefinition } from "../vocabulary/definition.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { ActorSystem } from "../system/actor_system.ts";
import type { Cell } from "./cell.ts";
import { checkFunction, checkGivenMs } from "../../channels/vocabulary/checks.ts";
import { offAbort, onAbort } from "../../channels/thread/aborts.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import { find } from "../hosts/directory.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { Item } from "./_mailbox.ts";
import { type Child, type Owner, stopInOrder, within } from "./children.ts";
import { Ref } from "../messaging/ref.ts";
import { run, spawn } from "../lifecycle/spawn.ts";
import { superviseUnder, type Supervisor } from "../supervision/supervisor.ts";
import { StreamSignals } from "./_stream_signals.ts";
import { readerOf } from "./_stream_source.ts";
import type { SuperviseOptions } from "../supervision/supervisor_options.ts";
import { currentTurn, runApart } from "./turn.ts";

/** One life of an actor, from `setup` to its end: what the actor knows as its context. */
export class Incarnation implements ActorContext, Owner {
  readonly restarts: number;
  readonly #cell: Cell;
  #controller: AbortController | null = null;
  #children: Set<Child> | null = null;
  #timers: Set<Timer> | null = null;
  #callbacks: (() => unknown)[] | null = null;
  /** Whether it has begun to end. */
  #isEnding = false;
  /** Whether it has ended: nothing may be added to it any more. */
  #isOver = false;
  #hasTimers = true;

  constructor(cell: Cell, restarts: number) {
    this.#cell = cell;
    this.restarts = restarts;
  }

  get label(): string {
    return this.#cell.label;
  }

  get children(): Set<Child> {
    return this.#children ??= new Set();
  }

  // deno-lint-ignore no-explicit-any -- the protocol is only known when setup has returned
  get self(): ActorRef<any> {
    return this.#cell.ref as unknown as ActorRef<unknown>;
  }

  get system(): ActorSystem {
    return this.#cell.host.system;
  }

  /** The signals of its streams, if a handler has asked for one. */
  streamSignals: StreamSignals | null = null;

  get signal(): AbortSignal {
    const turn = currentTurn();
    const reader = turn === null || turn.cell !== this.#cell ? null : readerOf(turn);
    if (reader === null) return this.#ownSignal;
    if (this.streamSignals === null) {
      this.streamSignals = new StreamSignals();
      if (this.#isEnding || this.#cell.drains) this.endStreams();
    }
    return this.streamSignals.of(reader);
  }

  get #ownSignal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isEnding) this.abort();
    }
    return this.#controller.signal;
  }

  spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>> {
    if (this.#isOver) return this.#refuse("spawn actor");
    return spawn(this.#cell.host, definition, args, this) as unknown as Promise<ActorRef<H>>;
  }

  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    if (this.#isOver) return this.#refuse("run task");
    return run(this.#cell.host, task, args) as Promise<Awaited<R>>;
  }

  watch(ref: ActorRef<unknown>): Promise<ExitReason> {
    if (!(ref instanceof Ref)) {
      return Promise.reject(new TypeError("Cannot watch: the argument must be an ActorRef"));
    }
    const signal = this.#ownSignal;
    if (signal.aborted) return unheard(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<ExitReason>();
    const listener = { onAbort: () => reject(signal.reason) };
    onAbort(signal, listener);
    ref.exited.then((reason) => {
      offAbort(signal, listener);
      resolve(reason);
    });
    // An actor that has ended need not hear of it.
    promise.catch(() => {});
    return promise;
  }

  // deno-lint-ignore no-explicit-any -- as in the interface
  find<D extends ActorDefinition<any, any>>(name: string): Promise<RefOf<D> | undefined> {
    if (this.#isOver) return this.#refuse("find actor");
    return find(this.#cell.host, name) as Promise<RefOf<D> | undefined>;
  }

  after(ms: number, fn: () => unknown): Disposable {
    return this.#repeat("after", ms, fn, false);
  }

  every(ms: number, fn: () => unknown): Disposable {
    return this.#repeat("every", ms, fn, true);
  }

  supervise(options: SuperviseOptions = {}): Supervisor {
    if (this.#isOver) throw new ActorStoppedError(this.label, "supervise");
    return superviseUnder(this.#cell.host, this, options, (error) => {
      if (!this.#isOver) this.#cell.crash(error);
    });
  }

  onStop(fn: () => unknown): void {
    checkFunction("register onStop", "fn", fn);
    // What it is to clean up has been made after the end.
    if (this.#isOver) queueMicrotask(() => this.#callBack(fn));
    else (this.#callbacks ??= []).push(fn);
  }

  become(handlers: object): void {
    this.#cell.become(this, handlers);
  }

  stop(): void {
    if (!this.#isEnding) this.#cell.leave();
  }

  /** Whether there is nothing that has to end before it. */
  get isBare(): boolean {
    return this.#callbacks === null && !this.#hasChildren;
  }

  /** Begins the end: the signal is aborted, timers never fire again. */
  abort(): void {
    this.#isEnding = true;
    this.stopTimers();
    this.#controller?.abort(new DOMException("The actor is stopping", "AbortError"));
    this.endStreams();
  }

  /** No stream goes on. */
  endStreams(): void {
    this.streamSignals?.end();
  }

  /** Timers never fire again, and none can be set. */
  stopTimers(): void {
    this.#hasTimers = false;
    for (const timer of this.#timers ?? []) timer.cancel();
    this.#timers = null;
  }

  /**
   * Stops the children in reverse order, then runs the callbacks, for at most `ms` milliseconds, then stops children
   * that came meanwhile; resolves to whether the time was enough for the callbacks.
   *
   * @param drain Whether the children handle what waits first.
   */
  async end(ms: number, drain: boolean): Promise<boolean> {
    const { clock } = this.#cell.host;
    const start = clock.now();
    const left = () => ms - (clock.now() - start);
    let isClean = true;
    // The children do not take the time of the callbacks.
    const share = this.#callbacks === null ? ms : ms / 2;
    if (this.#hasChildren) await this.#stopChildren(drain, share);
    if (this.#callbacks !== null) {
      isClean = await within(clock, left(), this.#callAllBack(this.#callbacks));
      this.#callbacks = null;
    }
    while (this.#hasChildren) await this.#stopChildren(false, left());
    this.close();
    return isClean;
  }

  /** Nothing is left of it, and nothing may be added any more. */
  close(): void {
    this.#isOver = true;
    for (const fn of this.#callbacks ?? []) this.onStop(fn);
    this.#callbacks = null;
  }

  get #hasChildren(): boolean {
    return this.#children !== null && this.#children.size > 0;
  }

  async #stopChildren(drain: boolean, ms: number): Promise<void> {
    const { host } = this.#cell;
    host.gaveUp(await stopInOrder(host.clock, this, drain, ms));
  }

  /** The last one first, also those that are registered meanwhile. */
  async #callAllBack(callbacks: (() => unknown)[]): Promise<void> {
    for (let fn = callbacks.pop(); fn !== undefined; fn = callbacks.pop()) await this.#callBack(fn);
  }

  async #callBack(fn: () => unknown): Promise<void> {
    const item = new Item("onStop", [], null, null);
    item.cell = this.#cell;
    try {
      await runApart(item, this, fn, []);
    } catch (error) {
      this.#cell.reportError("onStop", error);
    } finally {
      item.cell = null;
    }
  }

  /** What code gets whose incarnation is over. */
  #refuse(doing: string): Promise<never> {
    return unheard(new ActorStoppedError(this.label, doing));
  }

  #repeat(label: string, ms: number, fn: () => unknown, again: boolean): Disposable {
    checkGivenMs("set timer", "ms", ms);
    checkFunction("set timer", "fn", fn);
    const { clock } = this.#cell.host;
    let cancelled = false;
    let timer: Timer | null = null;
    const cancel = () => {
      cancelled = true;
      if (timer === null) return;
      timer.cancel();
      this.#timers?.delete(timer);
    };
    const work = async () => {
      if (cancelled) return;
      try {
        await fn();
      } finally {
        if (again) set();
      }
    };
    const fire = () => {
      this.#timers?.delete(timer!);
      this.#cell.pushWork(new Item(label, [], null, null, work));
    };
    const set = () => {
      if (cancelled || !this.#hasTimers) return;
      timer = clock.setTimer(fire, ms);
      (this.#timers ??= new Set()).add(timer);
    };
    set();
    return { [Symbol.dispose]: cancel };
  }
}

/** Rejects; an actor that has ended need not hear of it. */
function unheard(reason: unknown): Promise<never> {
  const refusal = Promise.reject(reason);
  refusal.catch(() => {});
  return refusal;
}
