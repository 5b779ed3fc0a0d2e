import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { actor, type ActorRef, ActorSystem, HostLostError } from "../../mod.ts";
import { fakeTime, simulate, SimulationError } from "../../testing/mod.ts";
import { programTest, runProgram } from "../program.ts";
import { moneyAfter } from "./fixtures/bank.ts";

const counter = actor(import.meta, () => {
  let count = 0;
  return {
    add: (by = 1) => count += by,
    rest: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    forward: (to: ActorRef<{ add(by: number): number }>, by: number) => to.tell.add(by),
    block: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1),
  };
});

const KILLS = { kill: [5, 15], hang: [0, 3], slow: [0, 2], partition: [0, 2] } as const;

/** The failure of a simulation. */
async function failure(body: () => Promise<void>): Promise<SimulationError> {
  return await assertRejects(body, SimulationError);
}

Deno.test(
  "Money that is lost when a worker dies between two messages is found",
  async () => {
    const error = await failure(simulate({ faults: KILLS }, async (world) => {
      assertEquals(await moneyAfter(world, { retries: false }), 200);
    }));
    const { seed, faults, message } = error;
    const [, of] = message.match(/^Seed \d+ fails with \d+ of (\d+) faults: AssertionError/)!;
    assert(faults.length <= 3 && Number(of) >= 5, message);
    for (const fault of faults) {
      assertMatch(fault, /^(troupe host|main)\b.* at \d+\.\d+ ms$/);
      assert(message.includes(`\n  ${fault}\n`));
    }
    assert(faults.some((fault) => / dies( of an error)? at /.test(fault)), message);
    assert(message.includes(`Replay it: TROUPE_SEED=${seed}, or simulate({ seed: ${seed} })`));
    assertMatch(
      message,
      /main: message from troupe host \d: tell deposit\(\d+, 10\) to actor 0\.2/,
    );
    assertEquals((error.cause as Error).name, "AssertionError");
  },
);

Deno.test(
  "Money that is moved once for all retries is not lost",
  simulate({ seeds: 20, faults: KILLS }, async (world) => {
    assertEquals(await moneyAfter(world, { retries: true }), 200);
  }),
);

programTest("A seed fails alike each time, also in another process", async () => {
  const program = new URL("fixtures/failing_bank.ts", import.meta.url).href;
  const [one, other] = await Promise.all([runProgram(program), runProgram(program)]);
  assertEquals(one.stdout, other.stdout);
  assertMatch(
    one.stdout,
    /^Seed \d+ fails with [123] of \d+ faults: RangeError.*, with hash [0-9a-f]{8}/s,
  );
});

Deno.test("TROUPE_SEED runs one seed alone", async () => {
  const seeds: number[] = [];
  Deno.env.set("TROUPE_SEED", "452");
  try {
    await simulate({ seeds: 3 }, ({ seed }) => Promise.resolve(void seeds.push(seed)))();
  } finally {
    Deno.env.delete("TROUPE_SEED");
  }
  await simulate({ seeds: 3 }, ({ seed }) => Promise.resolve(void seeds.push(seed)))();
  await simulate({ seed: 7 }, ({ seed }) => Promise.resolve(void seeds.push(seed)))();
  assertEquals(seeds, [452, 1, 2, 3, 7]);
});

Deno.test("Seeds differ in what happens when", async () => {
  const times = new Set<number>();
  await simulate({ seeds: 20 }, async (world) => {
    const ref = await world.system().spawn(counter);
    await ref.ask.add();
    times.add(Math.round(world.now * 100));
  })();
  assert(times.size > 10, `${times.size}`);
});

Deno.test(
  "A worker that is killed takes its actor along, and another one takes its place",
  simulate({ seeds: 20, hosts: 1 }, async (world) => {
    const ref = await world.system().spawn(counter);
    await ref.ask.add(5);
    const lost = assertRejects(() => ref.ask.rest(1_000), HostLostError);
    await world.sleep(100);
    world.kill(1);
    await lost;
    assertEquals(await ref.ask.add(1), 1);
  }),
);

Deno.test(
  "A worker can be killed by an error that nobody caught",
  simulate({ seeds: 5, hosts: 1 }, async (world) => {
    const system = world.system();
    const errors: unknown[] = [];
    system.addEventListener("error", (event) => {
      event.preventDefault();
      errors.push((event.detail.error as Error).message);
    });
    const ref = await system.spawn(counter);
    world.kill(1, new RangeError("nobody caught it"));
    await world.until(() => errors.length > 0);
    assertEquals(errors, ["nobody caught it"]);
    assertEquals(await ref.ask.add(1), 1);
  }),
);

Deno.test(
  "A worker that hangs answers late, and others do not",
  simulate({ seeds: 20, hosts: 2 }, async (world) => {
    const system = world.system();
    const [one, other] = [await system.spawn(counter), await system.spawn(counter)];
    await Promise.all([one.ask.add(), other.ask.add()]);
    const began = world.now;
    world.hang(1, 20_000);
    const late = one.ask.add().then(() => world.now - began);
    await other.ask.add();
    assert(world.now - began < 19_000);
    assert(await late >= 20_000);
  }),
);

Deno.test("A worker that is slow takes longer", async () => {
  const times: number[] = [];
  for (const factor of [1, 1_000]) {
    await simulate({ seed: 1, hosts: 1 }, async (world) => {
      const ref = await world.system().spawn(counter);
      await ref.ask.add();
      world.slow(1, factor);
      const began = world.now;
      for (let round = 0; round < 20; round++) await ref.ask.add();
      times.push(world.now - began);
    })();
  }
  const [quick, slow] = times as [number, number];
  assert(slow > 20 * quick, `${quick} ${slow}`);
});

Deno.test(
  "What hosts send each other while they are cut off arrives once that is healed",
  simulate({ seeds: 20, hosts: 2 }, async (world) => {
    const system = world.system();
    const [one, other] = [await system.spawn(counter), await system.spawn(counter)];
    await one.ask.forward(other, 1);
    await world.until(async () => await other.ask.add(0) === 1);
    const cut = world.partition([1], [2]);
    await one.ask.forward(other, 10);
    await one.ask.forward(other, 100);
    await world.sleep(5_000);
    assertEquals(await other.ask.add(0), 1);
    cut.heal();
    await world.until(async () => await other.ask.add(0) === 111);
  }),
);

Deno.test("until() gives up when it takes too long", async () => {
  const error = await failure(simulate({ seeds: 1 }, async (world) => {
    await world.until(() => world.now < 0, { withinMs: 500 });
  }));
  assertMatch((error.cause as Error).message, /Not so within 500 ms: \(\) ?=> ?world.now < 0/);
});

Deno.test("until() gives up although it is not answered", async () => {
  const error = await failure(simulate({ seeds: 1 }, async (world) => {
    const ticks = setInterval(() => {}, 100);
    try {
      await world.until(() => new Promise(() => {}), { withinMs: 500 });
    } finally {
      assertEquals(Math.floor(world.now), 500);
      clearInterval(ticks);
    }
  }));
  assertMatch((error.cause as Error).message, /Not so within 500 ms/);
});

Deno.test("until() asks at least once, and hands on what is thrown", async () => {
  await simulate({ seeds: 1 }, async (world) => {
    await world.until(() => true, { withinMs: 0 });
    await world.until(() => Promise.resolve("yes"));
    await assertRejects(() => world.until(() => Promise.reject(new RangeError("no"))), RangeError);
  })();
});

Deno.test(
  "Dates and chance are those of the world, and the same each time",
  async () => {
    const seen: unknown[] = [];
    const look = simulate({ seed: 3 }, async (world) => {
      await world.sleep(1_500);
      seen.push([new Date().toISOString(), Math.random(), crypto.randomUUID()]);
    });
    const before = Date.now();
    await look();
    await look();
    assertEquals(seen[0], seen[1]);
    assertMatch(String(seen[0]), /^2026-01-01T00:00:01\.50/);
    assert(Date.now() >= before && Date.now() > Date.UTC(2026, 6));
  },
);

Deno.test("A wait that would block all threads is refused by name", async () => {
  await simulate({ seeds: 1 }, async (world) => {
    const ref = await world.system().spawn(counter);
    await assertRejects(() => ref.ask.block(), TypeError, "Atomics.wait() would block");
  })();
});

Deno.test("A program that waits for ever fails by name", async () => {
  const error = await failure(simulate({ seeds: 1 }, () => new Promise(() => {})));
  assertMatch(error.message, /Nothing is left to happen, but the program waits/);
});

Deno.test("What nobody caught in the program fails it", async () => {
  const error = await failure(simulate({ seeds: 1 }, async (world) => {
    setTimeout(() => {
      throw new RangeError("in a timer");
    }, 1);
    await world.sleep(10);
  }));
  assertMatch(error.message, /RangeError: in a timer/);
  const other = await failure(simulate({ seeds: 1 }, async (world) => {
    void Promise.reject(new RangeError("floating"));
    await world.sleep(10);
  }));
  assertMatch(other.message, /RangeError: floating/);
});

Deno.test("What nobody caught in a callback fails it, too", async () => {
  const error = await failure(simulate({ seeds: 1 }, async (world) => {
    queueMicrotask(() => {
      throw new RangeError("in a microtask");
    });
    await world.sleep(10);
  }));
  assertMatch(error.message, /RangeError: in a microtask/);
});

Deno.test("A program that ends its process fails by name", async () => {
  const error = await failure(simulate({ seeds: 1 }, () => Deno.exit()));
  assertMatch(error.message, /The program ends itself/);
});

Deno.test("One simulation runs at a time, and none while a test moves the time", async () => {
  const program = async () => {
    const error = await failure(simulate({ seeds: 1 }, () => Promise.resolve()));
    assertMatch(error.message, /another simulation runs/);
  };
  await simulate({ seeds: 1 }, program)();
  await using system = new ActorSystem({ workers: 0 });
  using _time = fakeTime(system);
  await assertRejects(
    simulate({ seeds: 1 }, () => Promise.resolve()),
    SimulationError,
    "moves the time",
  );
});

Deno.test("A world refuses what makes no sense", async () => {
  await simulate({ seeds: 1, hosts: 1 }, async (world) => {
    assertThrows(() => world.kill(0), RangeError, "the number of a worker");
    assertThrows(() => world.hang(1.5, 10), RangeError, "the number of a worker");
    assertThrows(() => world.hang(1, -1), RangeError, "ms");
    assertThrows(() => world.slow(1, 0), RangeError, "times");
    assertThrows(() => world.partition([0], [-1]), RangeError, "a host");
    await assertRejects(() => world.sleep(-1), RangeError, "ms");
    await assertRejects(() => world.sleep(Infinity), RangeError, "finite");
    await assertRejects(() => world.until(() => true, { withinMs: NaN }), RangeError, "withinMs");
    await assertRejects(() => world.until(true as never), TypeError, "isDone");
    // Nobody is there yet.
    world.kill(1);
  })();
});

Deno.test("What a program leaves behind fails it", async () => {
  const error = await failure(simulate({ seeds: 1 }, async () => {
    await new ActorSystem({ workers: 1 }).spawn(counter);
  }));
  assertMatch(error.message, /Workers are left after the program: troupe host 1/);
});

Deno.test("simulate() refuses what makes no sense", () => {
  const program = () => Promise.resolve();
  assertThrows(() => simulate({ seeds: 0 }, program), RangeError, "seeds");
  assertThrows(() => simulate({ hosts: -1 }, program), RangeError, "hosts");
  assertThrows(() => simulate({ seed: 1.5 }, program), RangeError, "seed");
  assertThrows(() => simulate({ faults: { kill: [5, 4] } }, program), RangeError, "faults.kill");
  assertThrows(() => simulate({ faults: { kill: -1 } }, program), RangeError, "faults.kill");
  for (const kill of [[5], [1, 2, 3], [5, undefined], null, "5"] as never[]) {
    const faults = { kill };
    assertThrows(() => simulate({ faults }, program), RangeError, "faults.kill");
  }
  // @ts-expect-error There is no such fault.
  assertThrows(() => simulate({ faults: { fire: 1 } }, program), TypeError, "no fault");
  // @ts-expect-error There has to be one.
  assertThrows(() => simulate({}), TypeError, "program");
});
