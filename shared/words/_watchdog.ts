import { lifeOf } from "../../channels/thread/life.ts";
import { MAIN_THREAD } from "../../channels/thread/number.ts";
import { ownThread } from "./thread.ts";

/** Most threads that one blocked thread watches at the same time. */
const PLACES = 128;

/**
 * Notices the end of threads for a thread that is blocked, and so cannot be told: a small worker asks for the locks
 * that they hold while they live, and writes down which it is granted.
 *
 * Nothing is started before somebody is suspected, and nothing is left at the end of the wait.
 */
export class Watchdog implements Disposable {
  readonly #onDead: (thread: number) => void;
  #worker: Worker | null = null;
  /** The threads watched, by place, and whether they have ended: 0 or 1. */
  readonly #watched: number[] = [];
  #verdicts: Int32Array<SharedArrayBuffer> | null = null;

  constructor(onDead: (thread: number) => void) {
    this.#onDead = onDead;
  }

  /** Watches these threads too, and frees what those held that have been found dead. */
  watch(threads: readonly number[]): void {
    for (const thread of threads) {
      if (thread === ownThread || thread === MAIN_THREAD || thread === 0) continue;
      if (!this.#watched.includes(thread)) this.#add(thread);
    }
    for (const [place, thread] of this.#watched.entries()) {
      if (Atomics.load(this.#verdicts!, place) === 1) this.#onDead(thread);
    }
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
  }

  #add(thread: number): void {
    if (this.#watched.length === PLACES) return;
    this.#verdicts ??= new Int32Array(new SharedArrayBuffer(4 * PLACES));
    this.#worker ??= startWorker();
    const place = this.#watched.push(thread) - 1;
    this.#worker.postMessage({ life: lifeOf(thread), verdicts: this.#verdicts, place });
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./_watchdog_worker.ts", import.meta.url), { type: "module" });
  // Where permissions do not let it start, nobody is found dead; that is no reason to end the program.
  worker.addEventListener("error", (event) => event.preventDefault());
  return worker;
}
