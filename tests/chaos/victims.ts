/**
 * The actors of the chaos test.
 *
 * @module
 */
import { actor, type ActorRef, type Queue } from "../../mod.ts";
import { type Death, endThread } from "../fixtures/deaths.ts";

/** What a counter answers: which life it is in, and its count in that life. */
export interface Count {
  /** Another one after each restart. */
  readonly life: string;
  /** How many increments this life has handled. */
  readonly count: number;
}

/** Counts, and ends its thread when it is told to. */
export const counter = actor(import.meta, () => {
  const life = crypto.randomUUID();
  let count = 0;
  return {
    increment: (): Count => ({ life, count: ++count }),
    get: (): Count => ({ life, count }),
    die: (how: Death): void => endThread(how),
  };
});

/** Increments counters from its own thread, one after the other. */
export const client = actor(import.meta, (context, counters: ActorRef<Counter>[]) => ({
  /** Gives what was acknowledged, and how many asks were rejected. */
  async run(rounds: number): Promise<{ counts: Count[]; lost: number }> {
    const counts: Count[] = [];
    let lost = 0;
    for (let round = 0; round < rounds && !context.signal.aborted; round++) {
      const target = counters[round % counters.length]!;
      try {
        counts.push(await target.ask.increment());
      } catch {
        lost++;
      }
    }
    return { counts, lost };
  },
}));

/** Takes items from a queue and tells a ledger. */
export const consumer = actor(
  import.meta,
  (context, queue: Queue<number>, ledger: ActorRef<Ledger>) => {
    void (async () => {
      for (;;) {
        const item = await queue.receive({ signal: context.signal });
        await ledger.ask.note(item);
        await queue.done();
      }
    })().catch(() => {});
    return { ping: () => "pong" };
  },
);

/** Counts what was noted. */
export const ledger = actor(import.meta, () => {
  const seen = new Map<number, number>();
  return {
    note(item: number): void {
      seen.set(item, (seen.get(item) ?? 0) + 1);
    },
    entries: (): [number, number][] => [...seen],
  };
});

/** The protocol of {@linkcode counter}. */
export interface Counter {
  /** One more. */
  increment(): Count;
  /** How it stands. */
  get(): Count;
  /** Ends its thread. */
  die(how: Death): void;
}

/** The protocol of {@linkcode ledger}. */
export interface Ledger {
  /** Notes an item. */
  note(item: number): void;
}
