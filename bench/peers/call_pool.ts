import { type PoolPeer, WORKERS } from "../workloads/pool_peer.ts";

/** The functions that pools run: see `pool_work.ts`. */
export type FunctionName = "square" | "squareAll" | "countPrimes";

/** Chunks for each worker: as many as Troupe and Python make themselves. */
const CHUNKS_EACH = 4;

/**
 * A pool of a library that runs one function call at a time: it is given chunks as a program would give them, where it has
 * no `map` of its own.
 */
export function callPool(
  name: string,
  call: (task: FunctionName, argument: unknown) => PromiseLike<unknown>,
  close: () => Promise<unknown>,
): PoolPeer {
  return {
    name,
    role: "peer",
    run: (task, items) => Promise.all(items.map((item) => call(task, item) as Promise<number>)),
    async map(items) {
      const size = Math.ceil(items.length / (WORKERS * CHUNKS_EACH));
      const chunks: PromiseLike<unknown>[] = [];
      for (let start = 0; start < items.length; start += size) {
        chunks.push(call("squareAll", items.slice(start, start + size)));
      }
      return (await Promise.all(chunks)).flat() as number[];
    },
    close,
  };
}
