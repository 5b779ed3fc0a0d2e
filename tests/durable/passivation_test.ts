import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, keyed } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { hindered } from "./fixtures/hindered.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lives of actors, in this process. */
const log: string[] = [];
let active = 0;
let mostActive = 0;

const guest = keyed(
  import.meta,
  { kind: "guest", idleMs: 1_000, maxActive: 100, state: () => ({ visits: 0 }), reads: ["visits"] },
  (context, key) => {
    if (++active > mostActive) mostActive = active;
    log.push(`+${key} ${context.state.visits}`);
    try {
      context.state = { visits: 5 };
    } catch (error) {
      log.push((error as Error).message);
    }
    context.onStop(() => {
      active--;
      log.push(`-${key}`);
    });
    return {
      visit: () => ++context.state.visits,
      async visitSlowly(ms: number) {
        await sleep(ms);
        return ++context.state.visits;
      },
      visits: () => context.state.visits,
      often: (ms: number) => void context.every(ms, () => void context.state.visits++),
      epoch: () => context.epoch,
    };
  },
);

function start(commitMs = 0): ActorSystem {
  log.length = active = mostActive = 0;
  const store = hindered(sqlite(":memory:"), { commitMs });
  return new ActorSystem({ workers: 0, store, kinds: [guest] });
}

inVirtualTime("setup sees the state, and cannot write it", async () => {
  await using system = start();
  await system.at(guest, "a").ask.visit();
  assertEquals(log, [
    "+a 0",
    'Cannot set the state of actor "guest/a": setup and handlers of reads only read',
  ]);
});

inVirtualTime("An actor that sleeps wakes with its state, and a higher epoch", async () => {
  await using system = start();
  const ref = system.at(guest, "a");
  assertEquals(await ref.ask.visit(), 1);
  const epoch = await ref.ask.epoch();
  await sleep(1_500);
  assertEquals(log.at(-1), "-a");
  assertEquals(await ref.ask.visit(), 2);
  assert(await ref.ask.epoch() > epoch);
  assert(log.includes("+a 1"), log.join());
});

inVirtualTime("An actor does not sleep before what it has done is committed", async () => {
  await using system = start(5_000);
  const ref = system.at(guest, "a");
  const visit = ref.ask.visit();
  await sleep(3_000);
  assert(!log.includes("-a"));
  assertEquals(await visit, 1);
  assertEquals(await ref.ask.visits(), 1);
  await sleep(1_600);
  assert(log.includes("-a"));
});

inVirtualTime("No message is lost because a durable actor is about to sleep", async () => {
  await using system = start(7);
  const ref = system.at(guest, "a");
  let sent = 0;
  for (let ms = 0; ms < 400; ms += 13) {
    await sleep(900 + ms);
    ref.tell.visit();
    assertEquals(await ref.ask.visit(), sent += 2);
  }
  assertEquals(system.deadLetters, 0);
});

inVirtualTime(
  "every() does not keep a durable actor awake, and ends with its activation",
  async () => {
    await using system = start();
    await system.at(guest, "a").ask.often(10_000);
    await sleep(60_000);
    assertEquals(log.at(-1), "-a");
    assertEquals(await system.at(guest, "a").ask.visits(), 0);
  },
);

inVirtualTime("Many keys through few active actors", async () => {
  await using system = start();
  const keys = Array.from({ length: 5_000 }, (_, at) => `${at}`);
  for (const round of [1, 2]) {
    for (let at = 0; at < keys.length; at += 500) {
      const asks = keys.slice(at, at + 500).map((key) => system.at(guest, key).ask.visit());
      assertEquals(new Set(await Promise.all(asks)), new Set([round]));
    }
  }
  // Those that are busy are more for a moment.
  assert(mostActive <= 1_000, `${mostActive}`);
  await sleep(2_000);
  assertEquals(active, 0);
});

inVirtualTime(
  "What waits when the system shuts down is committed or refused, not forgotten",
  async () => {
    const system = start(100);
    const ref = system.at(guest, "a");
    await ref.ask.visits();
    const answers = Promise.allSettled([ref.ask.visit(), ref.ask.visitSlowly(50), ref.ask.visit()]);
    await sleep(1);
    await system.shutdown();
    const states = (await answers).map(({ status }) => status);
    assertEquals(states[0], "fulfilled");
    await assertRejects(() => ref.ask.visit());
  },
);
