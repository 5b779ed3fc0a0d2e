/**
 * What is under way while something else changes: the life of an actor, the system, an alarm.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { keyed } from "../../mod.ts";
import { memoryStore, simulate } from "../../testing/mod.ts";

const tally = keyed(
  import.meta,
  { kind: "tally-that-ends", state: () => ({ count: 0 }) },
  (context) => ({
    add: () => ++context.state.count,
    async addSlowly() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ++context.state.count;
    },
    fail() {
      throw new RangeError("as told");
    },
    remind(at: number, by: number) {
      context.alarm("ring", { at }).ring(by);
    },
    async remindLate(ms: number, at: number, by: number) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      context.alarm("ring", { at }).ring(by);
    },
    ring: (by: number) => void (context.state.count += by),
    count: () => context.state.count,
    async *steps() {
      yield ++context.state.count;
    },
  }),
);

Deno.test(
  "A stream that is opened by a life which ends before that is known ends with it",
  simulate({ seeds: 20, hosts: 1 }, async (world) => {
    const store = memoryStore({ faults: { slowMs: 100 } });
    const system = world.system({ store, kinds: [tally] });
    const ref = system.at(tally, "a");
    await ref.ask.add();
    const added = ref.ask.add();
    const stream = ref.stream.steps();
    const next = stream.next();
    const failed = assertRejects(() => ref.ask.fail(), RangeError);
    const outcome = next.then(({ value }) => value, (error) => error.name);
    const late = world.sleep(10_000).then(() => "never");
    assert(["ActorStoppedError", 3].includes(await Promise.race([outcome, late])));
    assertEquals(await added, 2);
    await failed;
  }),
);

Deno.test(
  "What is handled while the system shuts down is committed, and answered",
  simulate({ seeds: 20, hosts: 2 }, async (world) => {
    const store = memoryStore({ faults: { slowMs: 20 } });
    {
      await using system = world.system({ store, kinds: [tally] });
      await system.at(tally, "a").ask.add();
      const slow = system.at(tally, "a").ask.addSlowly();
      const next = system.at(tally, "a").ask.add();
      await world.sleep(20);
      const start = world.now;
      await system.shutdown();
      assertEquals(await Promise.all([slow, next]), [2, 3]);
      assert(world.now - start < 1_000, `${world.now - start} ms`);
    }
    await using system = world.system({ store, kinds: [tally] });
    assertEquals(await system.at(tally, "a").ask.add(), 4);
  }),
);

Deno.test(
  "An alarm that is set anew for the same time goes off as it is set, though it is on its way",
  simulate({ seeds: 20, hosts: 1 }, async (world) => {
    const system = world.system({ store: memoryStore(), kinds: [tally] });
    const ref = system.at(tally, "a");
    const at = Date.now() + 100;
    await ref.ask.remind(at, 1);
    await ref.ask.remindLate(500, at, 10);
    await world.sleep(5_000);
    assertEquals(await ref.ask.count(), 10);
  }),
);

Deno.test(
  "A life that a shutdown begins while a commit is under way goes on when that is over",
  simulate({ seeds: 40, hosts: 1 }, async (world) => {
    const store = memoryStore({ faults: { slowMs: 200 } });
    const system = world.system({ store, kinds: [tally] });
    const ref = system.at(tally, "a");
    await ref.ask.add();
    const added = ref.ask.add();
    const failed = assertRejects(() => ref.ask.fail(), RangeError, "as told");
    const slow = ref.ask.addSlowly();
    await world.sleep(Math.random() * 30);
    await system.shutdown();
    assertEquals(await Promise.all([added, slow]), [2, 3]);
    await failed;
  }),
);
