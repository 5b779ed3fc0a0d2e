import type { SimulatedThread } from "./thread.ts";

/** Two groups of threads that do not reach each other for a while. */
interface Cut {
  readonly one: ReadonlySet<string>;
  readonly other: ReadonlySet<string>;
  /** What waits, in order. */
  waiting: Waiting[];
}

/** Something that one has sent. */
interface Waiting {
  readonly from: SimulatedThread;
  readonly arrive: () => void;
}

/** Who does not reach whom: what is sent waits, and none of it is lost. */
export class Cuts {
  readonly #cuts = new Set<Cut>();

  /** Calls back once what one has sent may reach the other: at once, unless they are cut off. */
  whenReachable(from: SimulatedThread, to: SimulatedThread, callback: () => void): void {
    for (const { one, other, waiting } of this.#cuts) {
      if (!from.isAlive) break;
      if (one.has(from.name) && other.has(to.name) || one.has(to.name) && other.has(from.name)) {
        // There may be another cut.
        const arrive = () => this.whenReachable(from, to, callback);
        return void waiting.push({ from, arrive });
      }
    }
    callback();
  }

  /** Cuts groups off from each other, by the names of their threads; returns what joins them again. */
  add(one: readonly string[], other: readonly string[]): () => void {
    const cut: Cut = { one: new Set(one), other: new Set(other), waiting: [] };
    this.#cuts.add(cut);
    return () => {
      this.#cuts.delete(cut);
      for (const { arrive } of cut.waiting.splice(0)) arrive();
    };
  }

  /** A thread has ended: what it has sent arrives, before others hear of its end. */
  end(thread: SimulatedThread): void {
    for (const cut of this.#cuts) {
      const { waiting } = cut;
      cut.waiting = waiting.filter(({ from }) => from !== thread);
      for (const { from, arrive } of waiting) if (from === thread) arrive();
    }
  }
}
