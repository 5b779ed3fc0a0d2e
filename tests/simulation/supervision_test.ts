import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, ActorSystem, Pool, Supervisor, task } from "../../mod.ts";
import { World } from "./world.ts";

/** Counts; each life begins anew. */
const counter = actor(import.meta, () => {
  let count = 0;
  return { add: () => ++count, idle() {} };
});

const square = task(import.meta, (n: number) => n * n);

type Counter = ActorRef<{ add(): number; idle(): void }>;

/** The part of a program in which a worker can die. */
interface Danger {
  begins(): void;
  ends(): void;
}

/** Which worker dies, and before which dangerous step. */
interface Death {
  readonly victim: number;
  readonly at: number;
}

const NONE: Death = { victim: 0, at: Infinity };

/** All deaths of two workers. */
function* deaths(steps: number): Generator<Death> {
  for (const victim of [0, 1]) for (let at = 1; at <= steps; at++) yield { victim, at };
}

/**
 * Runs a program with a worker that dies before one of its dangerous steps.
 *
 * @returns How many such steps there were, and what the program gives.
 */
async function whileDying<R>(
  { victim, at }: Death,
  program: (world: World, system: ActorSystem, danger: Danger) => Promise<R>,
): Promise<{ steps: number; result: R }> {
  let steps = 0;
  let isDangerous = false;
  const danger = {
    begins: () => void (isDangerous = true),
    ends: () => void (isDangerous = false),
  };
  const world: World = new World({
    beforeStep() {
      if (isDangerous && ++steps === at) world.kill(world.alive[victim]!);
    },
  });
  const result = await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    return await program(world, system, danger);
  });
  assertEquals(world.alive, []);
  return { steps, result };
}

async function added(ref: Counter): Promise<number> {
  return await ref.ask.add().catch(() => added(ref));
}

Deno.test.each(["one-for-one", "one-for-all", "rest-for-one"] as const)(
  "Whenever a simulated worker dies, a supervisor starts again whom it has to: %s",
  async (strategy) => {
    const run = (death: Death) =>
      whileDying(death, async (world, system, danger) => {
        await using supervisor = new Supervisor({ system, strategy });
        const refs = [
          await supervisor.spawn(counter),
          await supervisor.spawn(counter),
        ] as unknown as Counter[];
        await Promise.all(refs.map(added));
        danger.begins();
        await Promise.all(refs.map((ref) => ref.ask.idle().catch(() => {})));
        await world.sleep(100);
        danger.ends();
        return await Promise.all(refs.map(added));
      });
    const { steps, result } = await run(NONE);
    assertEquals(result, [2, 2]);
    const possible = {
      "one-for-one": ["2,2", "1,2", "2,1"],
      "one-for-all": ["2,2", "1,1"],
      "rest-for-one": ["2,2", "2,1", "1,1"],
    }[strategy];
    for (const death of deaths(steps)) {
      const { result } = await run(death);
      assert(possible.includes(`${result}`), `${Deno.inspect(death)}: ${result}`);
    }
  },
);

Deno.test("Whenever a simulated worker dies, a pool does all jobs or says that they are lost", async () => {
  const run = (death: Death) =>
    whileDying(death, async (world, system, danger) => {
      await using pool = new Pool({ system, workers: 2 });
      await pool.map(square, [1, 2, 3, 4, 5, 6]);
      danger.begins();
      const results = await pool.map(square, [1, 2, 3, 4, 5, 6]).catch((error) => error.name);
      danger.ends();
      await world.sleep(100);
      return [results, await pool.map(square, [7])];
    });
  const { steps, result } = await run(NONE);
  assertEquals(result, [[1, 4, 9, 16, 25, 36], [49]]);
  for (const death of deaths(steps)) {
    const { result: [first, second] } = await run(death);
    assertEquals(second, [49], Deno.inspect(death));
    if (first !== "HostLostError") assertEquals(first, [1, 4, 9, 16, 25, 36], Deno.inspect(death));
  }
});
