import { checkFunction, checkGivenMs } from "../../channels/vocabulary/checks.ts";
import { isThenable } from "../../channels/vocabulary/thenable.ts";
import { soon } from "../../channels/vocabulary/kept.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import type { TurnOutcome } from "../vocabulary/observer.ts";
import { Item, type TurnOwner } from "./item.ts";
import { type Child, type Owner, stopInOrder, within } from "./children.ts";
import { StreamSignals } from "./_stream_signals.ts";
import { readerOf } from "./_stream_source.ts";
import { currentTurn, runApart } from "./turn.ts";

/** An actor as one of its lives sees it. */
export interface LifeOwner extends TurnOwner {
  /** Answers the messages that follow with other handlers, unless another life has begun. */
  become(life: object, handlers: object): void;
  /** The actor ends by itself after the current message. */
  leave(): void;
  /** Something that the actor started has failed for good: that is the actor's error. */
  crash(error: unknown): void;
}

/** Begins a life of an actor. */
export type Begin = (cell: LifeOwner, restarts: number) => Incarnation;

// The stages of a life.
const BEGUN = 0;
/** Timers never fire again. */
const QUIET = 1;
const ENDING = 2;
/** Nothing may be added to it any more. */
const OVER = 3;

/** One life of an actor, from `setup` to its end. */
export class Incarnation implements Owner {
  readonly restarts: number;
  readonly cell: LifeOwner;
  #controller: AbortController | null = null;
  #children: Set<Child> | null = null;
  #timers: Set<Timer> | null = null;
  /** How many of them are to fire once. */
  #awaited = 0;
  #callbacks: (() => unknown)[] | null = null;
  /** Only grows: one number takes less than three booleans. */
  #stage = BEGUN;

  constructor(cell: LifeOwner, restarts: number) {
    this.cell = cell;
    this.restarts = restarts;
  }

  get label(): string {
    return this.cell.label;
  }

  get children(): Set<Child> {
    return this.#children ??= new Set();
  }

  /** The signals of its streams, if a handler has asked for one. */
  streamSignals: StreamSignals | null = null;

  get signal(): AbortSignal {
    const turn = currentTurn();
    const reader = turn === null || turn.cell !== this.cell ? null : readerOf(turn);
    if (reader === null) return this.ownSignal;
    if (this.streamSignals === null) {
      this.streamSignals = new StreamSignals();
      if (this.#stage >= ENDING || this.cell.drains) this.endStreams();
    }
    return this.streamSignals.of(reader);
  }

  /** Aborted when it begins to end. */
  get ownSignal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#stage >= ENDING) this.abort();
    }
    return this.#controller.signal;
  }

  after(ms: number, fn: () => unknown): Disposable {
    return this.#repeat("after", ms, fn, false);
  }

  every(ms: number, fn: () => unknown): Disposable {
    return this.#repeat("every", ms, fn, true);
  }

  onStop(fn: () => unknown): void {
    checkFunction("register onStop", "fn", fn);
    // What it is to clean up has been made after the end.
    if (this.isOver) soon(() => this.#callBack(fn));
    else (this.#callbacks ??= []).push(fn);
  }

  become(handlers: object): void {
    this.cell.become(this, handlers);
  }

  stop(): void {
    if (this.#stage < ENDING) this.cell.leave();
  }

  /** Whether it has ended: nothing may be added to it any more. */
  get isOver(): boolean {
    return this.#stage === OVER;
  }

  /** Whether there is nothing that has to end before it. */
  get isBare(): boolean {
    return this.#callbacks === null && !this.#hasChildren;
  }

  /** Whether something goes on that is to come to its end: children, or what was set by `after`. */
  get isBusy(): boolean {
    return this.#hasChildren || this.#awaited > 0;
  }

  /** Begins the end: the signal is aborted, timers never fire again. */
  abort(): void {
    this.#reach(ENDING);
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
    this.#reach(QUIET);
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
    const { clock } = this.cell.environment;
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
    this.#reach(OVER);
    for (const fn of this.#callbacks ?? []) this.onStop(fn);
    this.#callbacks = null;
  }

  #reach(stage: number): void {
    if (this.#stage < stage) this.#stage = stage;
  }

  get #hasChildren(): boolean {
    return this.#children !== null && this.#children.size > 0;
  }

  async #stopChildren(drain: boolean, ms: number): Promise<void> {
    const { environment } = this.cell;
    environment.gaveUp(await stopInOrder(environment.clock, this, drain, ms));
  }

  /** The last one first, also those that are registered meanwhile. */
  async #callAllBack(callbacks: (() => unknown)[]): Promise<void> {
    for (let fn = callbacks.pop(); fn !== undefined; fn = callbacks.pop()) await this.#callBack(fn);
  }

  async #callBack(fn: () => unknown): Promise<void> {
    const item = new Item("onStop", [], null, null);
    item.cell = this.cell;
    let result: unknown;
    let outcome: TurnOutcome = "ok";
    try {
      result = runApart(item, this, fn, []);
      await result;
    } catch (error) {
      outcome = "error";
      this.cell.reportError("onStop", error);
    }
    item.cell = null;
    if (!isThenable(result)) return;
    this.cell.environment.observer?.turnEnded?.(this.cell, item, outcome);
  }

  #repeat(label: string, ms: number, fn: () => unknown, again: boolean): Disposable {
    checkGivenMs("set timer", "ms", ms);
    checkFunction("set timer", "fn", fn);
    const { clock } = this.cell.environment;
    let cancelled = false;
    let timer: Timer | null = null;
    const cancel = () => {
      cancelled = true;
      if (timer === null) return;
      timer.cancel();
      if (this.#timers?.delete(timer) && !again) this.#awaited--;
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
      if (!again) this.#awaited--;
      this.cell.pushWork(new Item(label, [], null, null, work));
    };
    const set = () => {
      if (cancelled || this.#stage >= QUIET) return;
      timer = clock.setTimer(fire, ms);
      (this.#timers ??= new Set()).add(timer);
      if (!again) this.#awaited++;
    };
    set();
    return { [Symbol.dispose]: cancel };
  }
}
