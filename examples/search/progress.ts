import progress from "cli-progress";
import type { IndexProgress } from "./index_folders.ts";

/**
 * A progress bar on the standard error stream while files are indexed; nothing where that is no
 * terminal. The line is cleared in the end.
 */
export class IndexingBar implements Disposable {
  #startMs = performance.now();
  #bar = new progress.SingleBar({
    format: "{bar} {value}/{total} files  {filesPerSecond} files/s  {megabytesPerSecond} MB/s",
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is the program's business.
    gracefulExit: false,
  }, progress.Presets.shades_classic);

  constructor() {
    this.#bar.start(0, 0, ratesOf({ found: 0, done: 0, byteLength: 0 }, 1));
  }

  /** Shows how far it has come. */
  update(now: IndexProgress): void {
    this.#bar.setTotal(now.found);
    this.#bar.update(now.done, ratesOf(now, performance.now() - this.#startMs));
  }

  [Symbol.dispose](): void {
    this.#bar.stop();
  }
}

/** Files and megabytes (of a million bytes) a second, rounded for people. */
export function ratesOf(
  { done, byteLength }: IndexProgress,
  elapsedMs: number,
): { filesPerSecond: string; megabytesPerSecond: string } {
  return {
    filesPerSecond: (done / elapsedMs * 1_000).toFixed(0),
    megabytesPerSecond: (byteLength / elapsedMs / 1_000).toFixed(1),
  };
}
