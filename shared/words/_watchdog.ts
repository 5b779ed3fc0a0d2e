import { lifeOf } from "../../channels/thread/life.ts";
import { mortals } from "./_look.ts";
import type { Waiting } from "./waiting.ts";

/** Most threads that one blocked thread watches at the same time: as many can use one shared thing. */
const PLACES = 128;

/**
 * Notices the end of threads for a thread that is blocked, and so cannot be told: a small worker asks for the locks
 * that they hold while they live, and writes down which it is granted.
 *
 * Nothing is started before somebody is suspected.
 */
export class Watchdog implements Disposable {
  #worker: Worker | null = null;
  /** The threads watched, by place. */
  #watched: number[] = [];
  /** Whether they have ended, by place: 0 or 1. */
  #verdicts: Int32Array<SharedArrayBuffer> = noVerdicts();

  /** Watches those for whom a wait waits, and frees what those held that have been found dead. */
  watch(waiting: Waiting): void {
    for (const thread of mortals(waiting.suspects())) {
      const place = this.#placeOf(thread);
      if (Atomics.load(this.#verdicts, place) === 1) waiting.bury(thread);
    }
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #placeOf(thread: number): number {
    const found = this.#watched.indexOf(thread);
    if (found !== -1) return found;
    if (this.#watched.length === PLACES) this.#beginAnew();
    this.#worker ??= startWorker();
    const place = this.#watched.push(thread) - 1;
    this.#worker.postMessage({ life: lifeOf(thread), verdicts: this.#verdicts, place });
    return place;
  }

  /** Forgets those that it watches: the next look names those that are still waited for. */
  #beginAnew(): void {
    this[Symbol.dispose]();
    this.#watched = [];
    this.#verdicts = noVerdicts();
  }
}

function noVerdicts(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * PLACES));
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./_watchdog_worker.ts", import.meta.url), { type: "module" });
  // Where permissions do not let it start, nobody is found dead; that is no reason to end the program.
  worker.addEventListener("error", (event) => event.preventDefault());
  return worker;
}
