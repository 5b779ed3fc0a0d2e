/**
 * Programs that are run once for each step at which a worker can die, in several orders.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { actor, type ActorRef, ActorSystem, Pool, Queue, Supervisor, task } from "../../mod.ts";
import { atEachDeath, type Danger, ORDER_NAMES, whileDying } from "./deaths.ts";
import { World } from "../../testing/simulation/world.ts";

type Adder = ActorRef<{ add(): number; idle(): void }>;

/** Counts; each life begins anew. */
const counter = actor(import.meta, () => {
  let count = 0;
  return { add: () => ++count, idle() {} };
});

/** Asks another actor. */
const client = actor(import.meta, () => ({ add: (ref: Adder) => ref.ask.add() }));

/** Streams. */
const source = actor(import.meta, () => ({
  *count(to: number) {
    for (let n = 1; n <= to; n++) yield n;
  },
}));

/** Waits for an item that it never uses. */
const thief = actor(import.meta, () => ({
  take: (queue: Queue<number>) => void queue.receive().catch(() => {}),
}));

const square = task(import.meta, (n: number) => n * n);

/** Takes its time. */
const nap = task(import.meta, (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));

/** Tries something again when a worker dies; one that was not ready yet takes its time to be noticed. */
async function retried<R>(attempt: () => Promise<R>, attempts = 4): Promise<R> {
  try {
    return await attempt();
  } catch (error) {
    const { name } = error as Error;
    assert(attempts > 1 && (name === "HostLostError" || name === "TimeoutError"), name);
    return await retried(attempt, attempts - 1);
  }
}

const nameOf = (error: Error) => error.name;

/** Lets time go on a little: what comes next happens at any time between a death and the news of it. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const program = async (system: ActorSystem, danger: Danger) => {
  danger.begins();
  const [near, far] = await Promise.all([
    retried(() => system.spawn(client)),
    retried(() => system.spawn(counter)),
  ]);
  const log: unknown[] = [];
  for (let round = 0; round < 3; round++) log.push(await near.ask.add(far).catch(nameOf));
  // Whatever has ended is back.
  log.push(typeof await retried(() => near.ask.add(far)));
  return log.join(" ");
};

Deno.test.each(ORDER_NAMES)(
  "Each ask ends, and what has ended is back, order: %s",
  async (order) => {
    await atEachDeath(order, program, "1 2 3 number", (log, death) => {
      assertMatch(log, /^((\d|HostLostError) ){3}number$/, death);
    });
  },
);

Deno.test("A simulation repeats itself", async () => {
  const death = { victim: 1, at: 40, order: "at some paces" } as const;
  assertEquals(await whileDying(death, program), await whileDying(death, program));
});

Deno.test.each(ORDER_NAMES)(
  "What an actor says first to one whose worker dies leads to an answer, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        const [near, far] = await Promise.all([system.spawn(client), system.spawn(counter)]);
        danger.begins();
        await turns();
        const first = await near.ask.add(far).catch(nameOf);
        const second = await near.ask.add(far).catch(nameOf);
        danger.ends();
        await world.sleep(100);
        return `${first} ${second} ${typeof await near.ask.add(far)}`;
      },
      "1 2 number",
      (log, death) => assertMatch(log, /^((\d|HostLostError) ){2}number$/, death),
    );
  },
);

Deno.test.each(ORDER_NAMES)(
  "A stream is whole, or ends with the worker that it comes from, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        const far = await system.spawn(source);
        const read = async () => (await Array.fromAsync(far.stream.count(3))).join();
        danger.begins();
        await turns();
        const first = await read().catch(nameOf);
        danger.ends();
        await world.sleep(100);
        return `${first} ${await read()}`;
      },
      "1,2,3 1,2,3",
      (log, death) => assertMatch(log, /^(1,2,3|HostLostError) 1,2,3$/, death),
    );
  },
);

Deno.test.each(ORDER_NAMES)(
  "A queue's items reach somebody, once and in order, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        danger.begins();
        const receiver = await system.spawn(thief.with({ restart: "temporary" })).catch(() => null);
        const queue = new Queue<number>();
        await receiver?.ask.take(queue).catch(() => {});
        for (let item = 1; item <= 5; item++) await queue.send(item);
        queue.close();
        await world.sleep(50);
        return (await Array.fromAsync(queue)).join();
      },
      "2,3,4,5",
      (items, death) => assert(["1,2,3,4,5", "2,3,4,5"].includes(items), death),
    );
  },
);

const STRATEGIES = [
  { strategy: "one-for-one", possible: ["2,2", "1,2", "2,1"] },
  { strategy: "one-for-all", possible: ["2,2", "1,1"] },
  { strategy: "rest-for-one", possible: ["2,2", "2,1", "1,1"] },
] as const;

/** One that is lost at first may be back. */
const added = (ref: Adder): Promise<number> => ref.ask.add().catch(() => added(ref));

Deno.test.each(
  STRATEGIES.flatMap((each) => ORDER_NAMES.map((order) => ({ ...each, order }))),
)(
  "A supervisor starts again whom it has to: $strategy, order: $order",
  async ({ strategy, possible, order }) => {
    const seen = new Set<string>();
    await atEachDeath(
      order,
      async (system, danger, world) => {
        await using supervisor = new Supervisor({ system, strategy });
        const refs: Adder[] = [await supervisor.spawn(counter), await supervisor.spawn(counter)];
        await Promise.all(refs.map(added));
        danger.begins();
        await Promise.all(refs.map((ref) => ref.ask.idle().catch(() => {})));
        await world.sleep(100);
        danger.ends();
        return (await Promise.all(refs.map(added))).join();
      },
      "2,2",
      (counts, death) => {
        seen.add(counts);
        assert(([...possible] as string[]).includes(counts), death);
      },
    );
    assert(seen.has(possible.at(-1)!), "nobody has started again");
  },
);

Deno.test.each(ORDER_NAMES)(
  "A pool does all jobs or says that they are lost, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        await using pool = new Pool({ system, workers: 2 });
        const jobs = [1, 2, 3, 4, 5, 6];
        await pool.map(square, jobs);
        danger.begins();
        const results = await pool.map(square, jobs).catch(nameOf);
        danger.ends();
        await world.sleep(100);
        return `${results} ${await pool.map(square, jobs)}`;
      },
      "1,4,9,16,25,36 1,4,9,16,25,36",
      (log, death) => assertMatch(log, /^(1,4,9,16,25,36|HostLostError) 1,4,9,16,25,36$/, death),
    );
  },
);

Deno.test.each(ORDER_NAMES)(
  "A pool whose worker dies as it starts has another one, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger) => {
        danger.begins();
        await using pool = new Pool({ system, workers: 2 });
        const jobs = [1, 2, 3, 4, 5, 6];
        const results = await pool.map(square, jobs).catch(nameOf);
        danger.ends();
        return `${results} ${await pool.map(square, jobs)}`;
      },
      "1,4,9,16,25,36 1,4,9,16,25,36",
      (log, death) => assertMatch(log, /^(1,4,9,16,25,36|HostLostError) 1,4,9,16,25,36$/, death),
    );
  },
);

Deno.test("A pool whose workers all die as they start is broken after five of them", async () => {
  const world: World = new World({
    beforeStep: () => world.alive.forEach((worker) => world.kill(worker)),
  });
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    await using pool = new Pool({ system, workers: 1 });
    const error = await pool.run(square, 3).catch((error) => error);
    assertMatch(error.name, /^(HostLost|Timeout)Error$/);
    assertEquals(await pool.run(square, 3).catch(nameOf), error.name);
  });
  assertEquals(world.workers.length, 5);
});

Deno.test("A pool forgets workers that died as they started once one has begun a job", async () => {
  const survivors = [5, 10];
  const world: World = new World({
    beforeStep() {
      const number = world.workers.length;
      const last = world.workers.at(-1);
      if (last !== undefined && !survivors.includes(number)) world.kill(last);
    },
  });
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    await using pool = new Pool({ system, workers: 2 });
    assertEquals(await pool.run(square, 3), 9);
    // The one that has done it is busy meanwhile.
    const napping = pool.run(nap, 600_000).catch(nameOf);
    assertEquals(await pool.run(square, 4), 16);
    assertEquals(await napping, undefined);
  });
  assertEquals(world.workers.length, 10);
});
