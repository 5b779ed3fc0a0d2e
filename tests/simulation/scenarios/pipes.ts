import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, pipe, type PipeEnd } from "../../../mod.ts";
import {
  below,
  calm,
  impatiently,
  Ledger,
  LOST,
  oneOf,
  retried,
  type Scenario,
  STORM,
} from "../scenario.ts";

type End = PipeEnd<number, number>;
type Reader = ActorRef<
  { read(end: End, count: number, last: number, others: Reader[]): Promise<number> }
>;

/** Reads some and hands the end on to another one, which goes on. */
const reader = actor(import.meta, () => {
  return {
    async read(end: End, count: number, last: number, others: Reader[]): Promise<number> {
      for (let n = 0; n < count; n++) {
        const item = await impatiently((options) => end.receive(options));
        assertEquals(item, last + 1, "a gap in a pipe");
        last = item;
        const answer = -item;
        await impatiently((options) => end.send(answer, options));
      }
      const [next, ...rest] = others;
      if (next === undefined) {
        end.close();
        return last;
      }
      return await next.ask.read(end, count, last, rest);
    },
  };
}).with({ concurrency: 10, restart: "temporary" });

const CUT = [...LOST, "ChannelClosedError", "DeadlockError"];

/** What goes through a pipe keeps its order while its ends move, and its other end hears of a loss. */
export const pipes: Scenario = {
  name: "pipes keep order while their ends move",
  hosts: 4,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    const isQuiet = below(3) === 0;
    if (isQuiet) world.calm();
    for (let round = 0; round < 3; round++) {
      const readers: Reader[] = [];
      for (let n = 0; n < 3; n++) readers.push(await retried(() => system.spawn(reader)) as Reader);
      const [near, far] = pipe<number, number>({ capacity: oneOf([1, 4, 100]) });
      const each = 1 + below(5);
      const total = each * readers.length;
      const [first, ...rest] = readers as [Reader, ...Reader[]];
      const reading = ledger.add("read", first.ask.read(far, each, 0, rest), ...CUT);
      const writing = ledger.add(
        "write",
        (async () => {
          for (let n = 1; n <= total; n++) await impatiently((options) => near.send(n, options));
        })(),
        ...CUT,
      );
      const answers: number[] = [];
      const answering = ledger.add(
        "answers",
        (async () => {
          for await (const answer of near) answers.push(-answer);
        })(),
        ...CUT,
      );
      await ledger.settle(world, 60_000);
      const outcomes = await Promise.all([reading, writing, answering]);
      near.close();
      assertEquals(answers, answers.map((_, at) => at + 1), "answers out of order");
      const isWhole = outcomes.every((outcome) => "value" in outcome);
      if (isQuiet) assert(isWhole, `failed without a fault: ${JSON.stringify(outcomes)}`);
      if (isWhole) assertEquals(answers.length, total);
    }
    await calm(world);
  },
};
