/**
 * A program of several threads, simulated in one: time goes on when nothing else is left to do, what happens next is
 * chosen, and each thread can end between any two steps.
 *
 * A step is one thing that happens to one thread (a message, a timer, a lock) and all microtasks that follow.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { serveWorker } from "../../actors/host/worker_main.ts";
import type { StartedWorker, WorkerStart } from "../../channels/thread/platform.ts";
import { MAIN_THREAD } from "../../channels/thread/number.ts";
import { enterThread, thread as currentThread } from "../../channels/thread/thread.ts";
import { yieldTo } from "../../channels/vocabulary/kept.ts";
import { boundsBy } from "../testing.ts";
import { Events, type Order } from "./events.ts";
import { replaceGlobals } from "./globals.ts";
import { SimulatedLocks } from "./locks.ts";
import { clone, simulatedPorts } from "./ports.ts";
import { SimulatedThread } from "./thread.ts";

/** Options for {@linkcode World}. */
export interface WorldOptions {
  /** Which of those that can happen is next; without it they happen in the order in which they came. */
  readonly order?: Order | null;
  /** Called before each step, with its number from 1 on. */
  readonly beforeStep?: (step: number) => void;
}

// A program that goes on for so many steps does not come to an end.
const MOST_STEPS = 200_000;
const microtasksOver = () => new Promise<void>((resolve) => yieldTo(resolve));

/** See the module. */
export class World {
  readonly events: Events;
  readonly locks = new SimulatedLocks();
  readonly ports = simulatedPorts(this);
  /** The thread on which the program begins. */
  readonly main: SimulatedThread;
  /** All that were started, in order. */
  readonly workers: SimulatedThread[] = [];
  readonly #beforeStep: (step: number) => void;
  /** Calls in the async context of nobody. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #current: SimulatedThread;
  #names = 0;
  #steps = 0;

  constructor({ order, beforeStep = () => {} }: WorldOptions = {}) {
    this.events = new Events(order ?? null);
    this.#beforeStep = beforeStep;
    this.#current = this.main = new SimulatedThread(this, MAIN_THREAD, "main");
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
    return this.#steps;
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.events.now;
  }

  uuid(): string {
    return `simulated-${++this.#names}`;
  }

  /**
   * Runs a program on the main thread until it is through, or cannot go on.
   *
   * @throws Rejects with what the program throws; when nothing is left to happen, but it still waits.
   */
  async run<T>(program: () => Promise<T>): Promise<T> {
    const real = currentThread();
    let isOver = false;
    const onRejected = (event: PromiseRejectionEvent) => this.#uncaught(event.reason, event);
    addEventListener("unhandledrejection", onRejected);
    const restore = replaceGlobals(this);
    using _bounds = boundsBy(setTimeout, clearTimeout, () => this.now);
    try {
      this.#enter(this.main);
      const result = program();
      const over = () => void (isOver = true);
      result.then(over, over);
      await microtasksOver();
      while (!isOver) await this.#step();
      return await result;
    } finally {
      restore();
      removeEventListener("unhandledrejection", onRejected);
      enterThread(real);
    }
  }

  /** Resolves after some virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#current.own.platform.clock.setTimer(resolve, ms));
  }

  /** Ends a thread from outside, at once. What it has posted still arrives, then the others hear of its end. */
  kill(thread: SimulatedThread): void {
    if (!thread.isAlive) return;
    thread.died();
    this.events.drop(thread);
    this.events.add({ to: null, stream: {}, isLast: false, run: () => this.locks.release(thread) });
  }

  /** The thread that runs ends by its own doing, as by `self.close()`. */
  exit(): void {
    this.#current.onExit(true);
    this.kill(this.#current);
  }

  /** Starts a thread that becomes a host. */
  startWorker({ name, onError }: WorkerStart): StartedWorker {
    const thread = new SimulatedThread(this, MAIN_THREAD + this.workers.length + 1, name);
    this.workers.push(thread);
    const parent = this.#current;
    const listeners: ((message: unknown) => void)[] = [];
    thread.expect(() =>
      serveWorker({
        nextMessage: (callback) => void listeners.push(callback),
        exit: () => this.kill(thread),
        onUncaught: (callback) => thread.onUncaught = callback,
      }), listeners);
    thread.onUncaught = (error) => {
      this.kill(thread);
      parent.expect(() => onError(error as Error));
    };
    return {
      postMessage: (message, transfers = []) => {
        const data = clone(message, transfers);
        thread.expect(() => listeners.shift()?.(data), listeners);
      },
      terminate: () => Promise.resolve(this.kill(thread)),
    };
  }

  async #step(): Promise<void> {
    this.#enter(this.main);
    this.#beforeStep(++this.#steps);
    const next = this.events.next();
    if (next === undefined) {
      throw new Error(
        "Nothing is left to happen, but the program waits: for ever, or for what is real",
      );
    }
    if (this.#steps > MOST_STEPS) throw new Error(`It goes on after ${MOST_STEPS} steps`);
    const { to, run } = next;
    this.#enter(to ?? this.main);
    try {
      this.#outside(run);
    } catch (error) {
      if (!this.#uncaught(error)) throw error;
    }
    await microtasksOver();
  }

  /** Whether the thread that runs has done something about an error that nobody caught. */
  #uncaught(error: unknown, event?: Event): boolean {
    const { onUncaught } = this.#current;
    if (onUncaught === null) return false;
    event?.preventDefault();
    onUncaught(error);
    return true;
  }

  #enter(thread: SimulatedThread): void {
    this.#current = thread;
    enterThread(thread.own);
  }
}
