/**
 * A program of several threads, simulated in one: time goes on when nothing else is left to do, how fast each thread is
 * can be drawn from a seed, and each can end between any two steps.
 *
 * A step is one thing that happens to one thread (a message, a timer, a lock) and all microtasks that follow.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { serveWorker, type WorkerScope } from "../../actors/host/worker_main.ts";
import { lifeOf } from "../../channels/thread/life.ts";
import { MAIN_THREAD } from "../../channels/thread/number.ts";
import {
  type Platform,
  realPlatform,
  type StartedWorker,
  type WorkerStart,
} from "../../channels/thread/platform.ts";
import { enterThread, thread as currentThread } from "../../channels/thread/thread.ts";
import { yieldTo } from "../../channels/vocabulary/kept.ts";
import { Agenda, type Doer } from "./agenda.ts";
import { AsyncAtomics } from "./atomics.ts";
import { Cuts } from "./cuts.ts";
import { replaceGlobals } from "./globals.ts";
import { History } from "./history.ts";
import { SimulatedLocks } from "./locks.ts";
import { noPace, type Paces } from "./pace.ts";
import { SimulatedPorts } from "./ports.ts";
import { SimulatedThread } from "./thread.ts";

/** Options for {@linkcode World}. */
export interface WorldOptions {
  /** How fast each thread is; without it all happens at once, in the order in which it came. */
  readonly paces?: Paces;
  /** Called before each step, with its number from 1 on. */
  readonly beforeStep?: (step: number) => void;
}

// A program that goes on for so many steps does not come to an end.
const MOST_STEPS = 1_000_000;
// `process.nextTick` would take 1 us less, but comes before the rejections that nobody caught.
const microtasksOver = () => new Promise<void>((resolve) => yieldTo(resolve));

/** See the module. */
export class World {
  readonly agenda: Agenda = new Agenda();
  readonly history: History = new History();
  readonly locks: SimulatedLocks = new SimulatedLocks();
  readonly cuts: Cuts = new Cuts();
  readonly atomics: AsyncAtomics = new AsyncAtomics(() => this.#current);
  readonly ports: SimulatedPorts = new SimulatedPorts(this);
  /** Begins on the first of January 2026. */
  readonly epoch: number = Date.UTC(2026, 0);
  /** The thread on which the program begins. */
  readonly main: SimulatedThread;
  /** All that were started, in order. */
  readonly workers: SimulatedThread[] = [];
  readonly #paces: Paces;
  readonly #beforeStep: (step: number) => void;
  /** Calls in the async context of nobody. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** Modules that are being loaded: takes real time, and no virtual one. */
  readonly #loading = new Set<Promise<unknown>>();
  /** How many threads of a name there were. */
  readonly #lives = new Map<string, number>();
  /** Does what no thread does. */
  readonly #platform: Doer = {
    name: "platform",
    inbox: [],
    readyAt: 0,
    pick: () => 0,
    wake: () => 0,
  };
  /** What ends the program. */
  #uncaughtOnMain: { readonly error: unknown } | null = null;
  #current: SimulatedThread;
  #names = 0;

  constructor({ paces = noPace, beforeStep = () => {} }: WorldOptions = {}) {
    this.#paces = paces;
    this.#beforeStep = beforeStep;
    this.#current = this.main = new SimulatedThread(this, MAIN_THREAD, "main", paces("main"));
  }

  /** The thread that runs. */
  get current(): SimulatedThread {
    return this.#current;
  }

  /** The workers that run. */
  get alive(): SimulatedThread[] {
    return this.workers.filter(({ isAlive }) => isAlive);
  }

  /** How many steps there were. */
  get steps(): number {
    return this.history.count;
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.agenda.now;
  }

  /** See `ThreadWorld`. */
  platformOf(thread: SimulatedThread): Omit<Platform, "clock" | "trapExit"> {
    return {
      ports: this.ports,
      locks: this.locks.of(thread),
      cores: 2,
      uuid: () => `simulated-${++this.#names}`,
      load: (url) => this.#load(url),
      startWorker: (start) => this.startThread(start, serveWorker),
    };
  }

  /** See `PortsWorld`. */
  whenReachable(from: SimulatedThread, to: SimulatedThread, callback: () => void): void {
    this.cuts.whenReachable(from, to, callback);
  }

  /**
   * Runs a program on the main thread until it is through, or cannot go on.
   *
   * @throws Rejects with what the program throws, or nobody catches on its thread; when nothing is left to happen, but
   * it still waits.
   */
  async run<T>(program: () => Promise<T>): Promise<T> {
    const real = currentThread();
    if (real.platform !== realPlatform) {
      throw new TypeError("Cannot simulate: another simulation runs in this thread");
    }
    if (real.platform.clock.isFaked) {
      throw new TypeError("Cannot simulate: a test moves the time of this thread");
    }
    let isOver = false;
    const onRejected = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      this.#uncaught(event.reason);
    };
    const onThrown = (event: ErrorEvent) => {
      event.preventDefault();
      this.#uncaught(event.error);
    };
    addEventListener("unhandledrejection", onRejected);
    addEventListener("error", onThrown);
    const restore = replaceGlobals(this);
    try {
      enterThread(this.main.own);
      const result = program();
      const over = () => void (isOver = true);
      result.then(over, over);
      await this.#stepOver();
      while (!isOver && this.#uncaughtOnMain === null) await this.#step();
      if (this.#uncaughtOnMain !== null) throw this.#uncaughtOnMain.error;
      return await result;
    } finally {
      restore();
      removeEventListener("unhandledrejection", onRejected);
      removeEventListener("error", onThrown);
      enterThread(real);
    }
  }

  /** Resolves after some virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#current.own.platform.clock.setTimer(resolve, ms));
  }

  /** Whether a thread can die: as in Deno, one that has just started holds its life before anything else. */
  canDie(thread: SimulatedThread): boolean {
    return thread.isAlive && this.locks.isHeld(lifeOf(thread.own.number));
  }

  /**
   * Ends a thread at once. What it has posted still arrives, then the others hear of its end.
   *
   * @param error What it died of, if its owner hears of that.
   */
  kill(thread: SimulatedThread, error: Error | null = null): void {
    if (!thread.isAlive) return;
    if (error !== null) thread.onError(error);
    thread.died();
    this.agenda.drop(thread);
    this.atomics.drop(thread);
    this.cuts.end(thread);
    const heard = () => this.locks.release(thread);
    this.later(`others can hear that ${thread.name} has ended`, thread.pace.end(), heard);
    const gone = () => this.ports.endAll(thread);
    this.later(`the ports of ${thread.name} are gone`, thread.pace.end(), gone);
  }

  /** The platform does something after some time. */
  later(what: string, ms: number, run: () => void): void {
    const happening = {
      to: this.#platform,
      what,
      run,
      stream: null,
      isLast: false,
      data: undefined,
    };
    this.agenda.addLater(happening, ms);
  }

  /** The thread that runs ends by its own doing, as by `self.close()`. */
  exit(): void {
    if (this.#current === this.main) throw new Error("The program ends itself in a simulation");
    this.#current.onExit(true);
    this.kill(this.#current);
  }

  /** Starts a thread, which begins with a function. */
  startThread(
    { name, onError }: Pick<WorkerStart, "name" | "onError">,
    begin: (scope: WorkerScope) => void,
  ): StartedWorker {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    const number = MAIN_THREAD + this.workers.length + 1;
    const thread = new SimulatedThread(this, number, name, this.#paces(`${name}, life ${life}`));
    this.workers.push(thread);
    const parent = this.#current;
    const listeners: ((message: unknown) => void)[] = [];
    thread.onError = (error) =>
      parent.expect({ what: `${name} failed:`, data: error.message, run: () => onError(error) });
    thread.readyAt = this.agenda.now + thread.pace.start();
    const run = () =>
      begin({
        nextMessage: (callback) => void listeners.push(callback),
        exit: () => this.kill(thread),
        onUncaught: (callback) => thread.onUncaught = callback,
      });
    thread.expect({ what: "begins", run, stream: listeners });
    thread.onUncaught = (error) => {
      this.kill(thread);
      thread.onError(error as Error);
    };
    return {
      postMessage: (message, transfers = []) => {
        const data = this.ports.copyFor(thread, message, transfers);
        const run = () => void listeners.shift()?.(data);
        thread.expect({ what: "message from its owner", run, stream: listeners });
      },
      terminate: () => Promise.resolve(this.kill(thread)),
    };
  }

  async #load(url: string): Promise<unknown> {
    const loading = import(url);
    this.#loading.add(loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(loading);
    }
  }

  async #step(): Promise<void> {
    this.#beforeStep(this.history.count + 1);
    const next = this.agenda.next();
    if (next === undefined) {
      throw new Error(
        "Nothing is left to happen, but the program waits: for ever, or for what is real",
      );
    }
    const { to, run } = next;
    this.history.note(this.agenda.now, next);
    if (this.history.count > MOST_STEPS) throw new Error(`It goes on after ${MOST_STEPS} steps`);
    const thread = to instanceof SimulatedThread ? to : this.main;
    this.#enter(thread);
    try {
      this.#outside(run);
    } catch (error) {
      this.#uncaught(error);
    }
    await this.#stepOver();
    if (to === thread) thread.takesTime(this.agenda.now);
  }

  /** Waits for all that belongs to a step. */
  async #stepOver(): Promise<void> {
    await microtasksOver();
    while (this.#loading.size > 0) {
      await Promise.allSettled(this.#loading);
      await microtasksOver();
    }
  }

  /** Nobody caught an error on the thread that runs. */
  #uncaught(error: unknown): void {
    const { onUncaught } = this.#current;
    if (onUncaught !== null) onUncaught(error);
    else this.#uncaughtOnMain ??= { error };
  }

  #enter(thread: SimulatedThread): void {
    if (thread === this.#current) return;
    this.#current = thread;
    enterThread(thread.own);
  }
}
