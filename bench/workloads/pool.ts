import { Pool } from "@troupe/actors";
import { peersOf, startPeers } from "../harness/absent.ts";
import { expectAll } from "../harness/check.ts";
import { formatNumber } from "../report/format.ts";
import { compare, type Contender, measure } from "../harness/measure.ts";
import { type PoolPeer, WORKERS } from "./pool_peer.ts";
import { countPrimes, square } from "./pool_tasks.ts";
import { sized } from "../harness/settings.ts";
import { type Player, RATE } from "../harness/workload.ts";

const PRIMES_BELOW = 100_000;

/** Tasks on two workers, beside the pools of other libraries, of Node and of Python. */
export async function benchPool() {
  await using pool = new Pool({ workers: WORKERS });
  const peers = await startPeers(await peersOf<PoolPeer>("all_pools"));
  const troupe: PoolPeer = {
    name: "Troupe",
    role: "troupe",
    run: (task, items) => {
      const definition = task === "square" ? square : countPrimes;
      return Promise.all(items.map((item) => pool.run(definition, item)));
    },
    map: (items) => pool.map(square, items),
    close: () => Promise.resolve(),
  };
  const all = [troupe, ...peers];
  const many = numbers(sized(100_000, 200));
  const some = numbers(sized(20_000, 100));
  await compareChunked(all, many);
  await compareOneByOne(all, some);
  await benchHeavy(all, pool);
  await Promise.all(peers.map((peer) => peer.close()));
  await benchChunkSizes(pool, many);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function compareOneByOne(pools: PoolPeer[], items: number[]): Promise<void> {
  await measure({
    title: `${formatNumber(items.length)} trivial tasks, one by one`,
    measures: [RATE],
    players: pools.map((own): Player => {
      const given = items.slice(0, own.most);
      const name = given.length < items.length
        ? `${own.name}, ${formatNumber(given.length)}`
        : own.name;
      return {
        name,
        role: own.role,
        async run() {
          const start = performance.now();
          const took = checkSquares(given, await own.run("square", given));
          return [given.length / (took ?? performance.now() - start) * 1000];
        },
      };
    }),
    rounds: 5,
  });
}

async function compareChunked(pools: PoolPeer[], items: number[]): Promise<void> {
  await compare({
    title: `${formatNumber(items.length)} trivial tasks, in chunks`,
    operations: items.length,
    rounds: 5,
    contenders: pools.map((own): Contender => ({
      name: own.name,
      role: own.role,
      run: async () => checkSquares(items, await own.map(items)),
    })),
  });
}

/** A number is the time that another process took, which has checked its results itself. */
function checkSquares(items: number[], results: number[] | number): number | void {
  if (typeof results === "number") return results;
  expectAll(results.length, items.length, "results");
  const wrong = results.filter((result, index) => result !== items[index]! ** 2).length;
  expectAll(wrong, 0, "wrong results");
}

/** Heavy tasks on two cores, beside one worker, and beside the other pools. */
async function benchHeavy(pools: PoolPeer[], two: Pool): Promise<void> {
  const tasks = sized(64, 4);
  const limits = Array.from({ length: tasks }, () => sized(PRIMES_BELOW, 100));
  const expected = sized(9_592, 25);
  const check = (results: number[] | number): number | void => {
    if (typeof results === "number") return results;
    expectAll(results.length, tasks, "results");
    for (const result of results) expectAll(result, expected, "primes");
  };
  await using one = new Pool({ workers: 1 });
  await compare({
    title: `${tasks} heavy tasks`,
    operations: tasks,
    rounds: 5,
    contenders: [
      {
        name: "Troupe: one worker",
        role: "by-hand",
        run: async () => check(await one.map(countPrimes, limits, { chunkSize: 1 })),
      },
      {
        name: "Troupe: map",
        run: async () => check(await two.map(countPrimes, limits)),
      },
      ...pools.map(({ name, role, run }): Contender => ({
        name: name === "Troupe" ? "Troupe: run" : name,
        role,
        run: async () => check(await run("countPrimes", limits)),
      })),
    ],
  });
}

/** The default chunk size, beside others. */
async function benchChunkSizes(pool: Pool, items: number[]): Promise<void> {
  const sizes = [10, 100, 1_000, 10_000, 50_000];
  const limits = Array.from({ length: sized(2_000, 20) }, (_, index) => index % 200);
  const contenders = (run: (chunkSize: number | undefined) => Promise<void>): Contender[] =>
    [undefined, ...sizes].map((size) => ({
      name: size === undefined ? "default" : `${formatNumber(size)} items a chunk`,
      run: () => run(size),
    }));
  await compare({
    title: "chunk sizes, trivial tasks",
    operations: items.length,
    contenders: contenders(async (chunkSize) => {
      checkSquares(items, await pool.map(square, items, { chunkSize }));
    }),
  });
  await compare({
    title: "chunk sizes, uneven tasks of some microseconds",
    operations: limits.length,
    contenders: contenders(async (chunkSize) => {
      const counts = await pool.map(countPrimes, limits, { chunkSize });
      expectAll(counts.length, limits.length, "results");
    }),
  });
}
