import type { SimulatedThread } from "./thread.ts";

/** Two groups of threads that do not reach each other for a while. */
interface Cut {
  readonly one: ReadonlySet<string>;
  readonly other: ReadonlySet<string>;
  /** What waits, in order. */
  readonly waiting: (() => void)[];
}

/** Who does not reach whom: what is sent waits, and none of it is lost. */
export class Cuts {
  readonly #cuts = new Set<Cut>();

  /** Calls back once what one has sent may reach the other: at once, unless they are cut off. */
  whenReachable(from: SimulatedThread, to: SimulatedThread, callback: () => void): void {
    for (const { one, other, waiting } of this.#cuts) {
      if (one.has(from.name) && other.has(to.name) || one.has(to.name) && other.has(from.name)) {
        // There may be another cut.
        return void waiting.push(() => this.whenReachable(from, to, callback));
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
      for (const callback of cut.waiting.splice(0)) callback();
    };
  }
}
