import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { actor, ActorSystem, keyed, MailboxFullError, Pool, Supervisor } from "../../mod.ts";
import { client, counter, visit } from "../fixtures/keyed.ts";
import { programTest, runProgram } from "../program.ts";
import { inVirtualTime, simulated } from "../simulation/simulated.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What has happened, in this process. */
const log: string[] = [];

const slow = keyed(import.meta, { kind: "slow", idleMs: 1_000 }, async (context, key) => {
  log.push(`begins ${key}`);
  await sleep(100);
  context.onStop(() => void log.push(`stops ${key}`));
  const handled: number[] = [];
  return {
    handle: (value: number) => void handled.push(value),
    handled: () => handled,
    async work(ms: number) {
      await sleep(ms);
    },
    watch: async () => void context.watch(await context.system.spawn(idle)).catch(() => {}),
  };
});

const idle = actor(import.meta, () => ({ nothing() {} }));

const small = keyed(
  import.meta,
  { kind: "small", mailbox: { capacity: 2 } },
  () => ({ work: (ms: number) => sleep(ms) }),
);

inVirtualTime("system.at() starts nothing", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 2 });
  const states: string[] = [];
  system.addEventListener("host", ({ detail }) => states.push(detail.state));
  const ref = system.at(slow, "a");
  await sleep(10_000);
  assertEquals([log, states], [[], []]);
  await ref.ask.handled();
  assertEquals(log, ["begins a"]);
});

inVirtualTime("Messages wait in order for a setup that takes time, which runs once", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(slow, "a");
  for (let value = 0; value < 10; value++) ref.tell.handle(value);
  assertEquals(await ref.ask.handled(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(log, ["begins a"]);
});

inVirtualTime("watch() does not keep a keyed actor awake", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  await system.at(slow, "a").ask.watch();
  await sleep(2_000);
  assertEquals(log, ["begins a", "stops a"]);
});

inVirtualTime(
  "Keyed actors that are active stop with their system, once they are idle",
  async () => {
    log.length = 0;
    const system = new ActorSystem({ workers: 0 });
    await system.at(slow, "a").ask.handled();
    const working = system.at(slow, "b").ask.work(500);
    await sleep(200);
    await system.shutdown();
    await working;
    assertEquals(log.slice(2).sort(), ["stops a", "stops b"]);
  },
);

inVirtualTime("A mailbox that is full rejects, and says which", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(small, "a");
  await ref.ask.work(0);
  const asks = [1, 2, 3, 4].map(() => ref.ask.work(10));
  const results = await Promise.allSettled(asks);
  assertEquals(results.map(({ status }) => status).sort(), [
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  const { reason } = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
  assert(reason instanceof MailboxFullError);
  assert(reason.message.includes("small/a"), reason.message);
});

simulated(
  "All actors reach keyed actors: also those on workers of their own and of pools",
  async () => {
    await using system = new ActorSystem({ workers: 2 });
    const own = await system.spawn(client.with({ on: "own" }));
    const shared = await system.spawn(client);
    const here = await system.spawn(client.with({ on: "here" }));
    for (let at = 0; at < 10; at++) {
      const key = `${at}`;
      assertEquals(await own.ask.increment(key), 1);
      assertEquals(await shared.ask.increment(key), 2);
      assertEquals(await here.ask.increment(key), 3);
    }
    await using pool = new Pool({ system, workers: 1 });
    assertEquals(await pool.run(visit, system.at(counter, "task")), 1);
    await own.stop();
    // What they have counted is not on that worker.
    for (let at = 0; at < 10; at++) assertEquals(await here.ask.increment(`${at}`), 4);
  },
);

Deno.test("A supervisor does not take a keyed actor, and says so", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  await assertRejects(
    () => supervisor.spawn(counter as never),
    TypeError,
    "the definition comes from keyed(): use system.at(definition, key)",
  );
});

programTest("Keys that sleep take no memory, one that is active takes little", async () => {
  const program = new URL("../fixtures/keyed_memory_program.ts", import.meta.url).href;
  const flags = ["--no-check", "--allow-read", "--v8-flags=--expose-gc"];
  const { stdout, stderr } = await runProgram(program, { flags, timeoutMs: 120_000 });
  assertEquals(stderr, "");
  const { asleep, durablyAsleep, active } = JSON.parse(stdout);
  assertLess(asleep, 20);
  assertLess(durablyAsleep, 100);
  assertLess(active, 1_200);
});
