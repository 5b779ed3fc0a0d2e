import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef } from "../../../mod.ts";
import { below, calm, Ledger, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

type Source = ActorRef<{ count(to: number, everyMs: number): AsyncGenerator<number> }>;

let open = 0;

const source = actor(import.meta, () => ({
  async *count(to: number, everyMs: number) {
    open++;
    try {
      for (let n = 1; n <= to; n++) {
        if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
        yield n;
      }
    } finally {
      open--;
    }
  },
})).with({ concurrency: 100 });

const reader = actor(import.meta, () => ({
  async read(ref: Source, to: number, everyMs: number, leaveAt: number) {
    return await read(ref, to, everyMs, leaveAt);
  },
})).with({ concurrency: 100 });

async function read(ref: Source, to: number, everyMs: number, leaveAt: number): Promise<string> {
  let last = 0;
  try {
    for await (const item of ref.stream.count(to, everyMs)) {
      assertEquals(item, last + 1, "a gap in a stream");
      last = item;
      if (item === leaveAt) return "left";
    }
  } catch (error) {
    const { name } = error as Error;
    assert(name === "HostLostError" || name === "ActorStoppedError", String(error));
    return "lost";
  }
  assertEquals(last, to, "the end of a stream is missing");
  return "whole";
}

/** A stream's items come in order without a gap, up to its end or the loss of its thread. */
export const streams: Scenario = {
  name: "streams have no gap",
  hosts: 4,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    const sources: Source[] = [];
    const readers: ActorRef<{
      read(ref: Source, to: number, everyMs: number, leaveAt: number): Promise<string>;
    }>[] = [];
    for (let n = 0; n < 2; n++) {
      sources.push(await retried(() => system.spawn(source)));
      readers.push(await retried(() => system.spawn(reader)));
    }
    const isQuiet = below(4) === 0;
    if (isQuiet) world.calm();
    open = 0;
    for (let round = 0; round < 12; round++) {
      const [ref, to, everyMs] = [oneOf(sources), below(60), below(3)];
      const leaveAt = below(3) === 0 ? below(20) : Infinity;
      const reading = below(2) === 0
        ? read(ref, to, everyMs, leaveAt)
        : oneOf(readers).ask.read(ref, to, everyMs, leaveAt);
      void ledger.add("stream", reading, "HostLostError", "ActorStoppedError");
      await world.sleep(Math.random() * 20);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    if (isQuiet) assertEquals(open, 0, "generators are left open");
  },
};
