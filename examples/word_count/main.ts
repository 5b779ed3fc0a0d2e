/**
 * Counts the words of a folder of text files (default: the sources of this repository) on every
 * core, with a progress bar in a terminal.
 *
 *     deno task example:word_count [folder]
 *
 * prints how many words there are, and the most frequent ones:
 *
 *     252166 words in 535 files
 *        6779 const
 *        6207 await
 *        4881 this
 *
 * @module
 */
import progress from "cli-progress";
import { Pool, task } from "@troupe/actors";
import { textFiles } from "./text_files.ts";

/** Words, and how often each was seen. */
type Counts = Map<string, number>;

const MOST_FREQUENT = 10;

const countWords = task(import.meta, async (path: string): Promise<Counts> => {
  const counts: Counts = new Map();
  for (const [word] of (await Deno.readTextFile(path)).toLowerCase().matchAll(/\p{L}+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
});

/** A progress bar; none where nobody watches. */
class Bar implements Disposable {
  #bar = new progress.SingleBar({ clearOnComplete: true, format: "{bar} {value}/{total} files" });
  #isShown = Deno.stdout.isTerminal();

  readonly show = (done: number, total: number): void => {
    if (!this.#isShown) return;
    if (!this.#bar.isActive) this.#bar.start(total, 0);
    this.#bar.update(done);
  };

  [Symbol.dispose](): void {
    this.#bar.stop();
  }
}

async function countAll(paths: string[]): Promise<Counts> {
  await using pool = new Pool();
  using bar = new Bar();
  const total: Counts = new Map();
  for (const counts of await pool.map(countWords, paths, { onProgress: bar.show })) {
    for (const [word, count] of counts) total.set(word, (total.get(word) ?? 0) + count);
  }
  return total;
}

if (import.meta.main) {
  const paths = await Array.fromAsync(textFiles(Deno.args[0] ?? `${import.meta.dirname}/../..`));
  const counts = await countAll(paths);
  const words = counts.values().reduce((sum, count) => sum + count, 0);
  console.log(`${words} words in ${paths.length} files`);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [word, count] of byCount.slice(0, MOST_FREQUENT)) {
    console.log(`${count}`.padStart(7), word);
  }
}
