import { assertEquals } from "@std/assert";
import { actor, type ActorRef, Queue } from "../../../mod.ts";
import { calm, Ledger, LOST, nameOf, retried, type Scenario, STORM } from "../scenario.ts";

type Adder = ActorRef<{ add(by: number): number }>;

const adder = actor(import.meta, () => {
  let sum = 0;
  return { add: (by: number) => sum += by };
});

const sender = actor(import.meta, () => ({
  async send(queue: Queue<number>, count: number) {
    for (let item = 1; item <= count; item++) await queue.send(item);
  },
})).with({ concurrency: 10 });

/** Two systems do not disturb each other: not by a name, not by a loss, not by an end. */
export const twoSystems: Scenario = {
  name: "two systems live side by side",
  hosts: 2,
  faults: STORM,
  async run(world) {
    const [one, other] = [world.system(), world.system()];
    const ledger = new Ledger();
    const start = async (system: typeof one): Promise<Adder> =>
      await retried(() => system.spawn(adder.with({ name: "adder" }))) as Adder;
    const [here, there] = [await start(one), await start(other)];
    const sending = await retried(() => other.spawn(sender));
    const queue = new Queue<number>();
    for (let round = 0; round < 15; round++) {
      void ledger.add("one", here.ask.add(1), ...LOST);
      void ledger.add("other", there.ask.add(1), ...LOST);
      await world.sleep(Math.random() * 15);
    }
    void ledger.add("send", sending.ask.send(queue, 5), ...LOST);
    await ledger.settle(world, 60_000);
    await calm(world);
    const ofOther = await there.ask.add(0).catch(nameOf);
    await one.shutdown();
    assertEquals(await here.ask.add(1).catch(nameOf), "ActorStoppedError");
    assertEquals(await there.ask.add(0).catch(nameOf), ofOther);
    const found = await other.find("adder");
    assertEquals(found?.id, typeof ofOther === "number" ? there.id : undefined);
    queue.close();
  },
};
