import { assertEquals } from "@std/assert";
import { actor, type ActorRef, pipe, type PipeEnd, Queue, select } from "../../../mod.ts";
import { below, calm, Ledger, LOST, retried, type Scenario, STORM } from "../scenario.ts";

type Feeder = ActorRef<{
  feed(queue: Queue<number>, count: number, ms: number): Promise<void>;
  write(end: PipeEnd<number, number>, count: number, ms: number): Promise<void>;
}>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const feeder = actor(import.meta, () => ({
  async feed(queue: Queue<number>, count: number, ms: number) {
    for (let item = 1; item <= count; item++) {
      await queue.send(item);
      if (ms > 0) await pause(ms);
    }
    queue.close();
  },
  async write(end: PipeEnd<number, number>, count: number, ms: number) {
    for (let item = 1; item <= count; item++) {
      await end.send(item);
      if (ms > 0) await pause(ms);
    }
    end.close();
  },
})).with({ concurrency: 10, restart: "temporary" });

const CUT = [...LOST, "ChannelClosedError"];

/** A wait for several sources wakes for each item and for each end, and takes nothing away. */
export const selects: Scenario = {
  name: "select wakes for items and ends",
  hosts: 2,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    const isQuiet = below(3) === 0;
    if (isQuiet) world.calm();
    const [one, other] = [
      await retried(() => system.spawn(feeder)) as Feeder,
      await retried(() => system.spawn(feeder)) as Feeder,
    ];
    const queue = new Queue<number>({ capacity: 1 + below(3) });
    const [near, far] = pipe<number, number>();
    const [items, sent] = [1 + below(8), 1 + below(8)];
    const feeding = ledger.add("feed", one.ask.feed(queue, items, below(4)), ...CUT);
    void ledger.add("write", other.ask.write(far, sent, below(4)), ...CUT);
    // Its feeder may have died before it could close it.
    void feeding.then(() => queue.close());
    const got = { queue: [] as number[], pipe: [] as number[] };
    const open = new Set<object>([queue, near]);
    const selecting = async () => {
      while (open.size > 0) {
        const ready = await select([...open]);
        for (const source of ready) {
          const isQueue = source === queue;
          const came = await (isQueue ? queue : near).tryReceive();
          if (came.state === "ok") got[isQueue ? "queue" : "pipe"].push(came.value);
          if (came.state === "closed") open.delete(source);
        }
      }
    };
    void ledger.add("select", selecting());
    await ledger.settle(world, 60_000);
    near.close();
    for (const list of [got.queue, got.pipe]) {
      assertEquals(list, list.map((_, at) => at + 1), "a gap, or out of order");
    }
    if (isQuiet) assertEquals([got.queue.length, got.pipe.length], [items, sent]);
    await calm(world);
  },
};
