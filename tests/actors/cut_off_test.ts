import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ActorStoppedError, ActorSystem, Supervisor } from "../../mod.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { juggler } from "../fixtures/juggler.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const WAYS = [
  { on: "error", restart: "transient", onError: "restart", by: "fail", says: "has failed" },
  {
    on: "a normal end",
    restart: "permanent",
    onError: "restart",
    by: "leave",
    says: "starts again",
  },
  { on: "its last error", restart: "transient", onError: "stop", by: "fail", says: "has ended" },
] as const;

const CASES = PLACES.flatMap((place) =>
  [true, false].flatMap((supervised) => WAYS.map((way) => ({ ...place, ...way, supervised })))
);

simulated.each(CASES)(
  "What a life leaves undone on $on is rejected with the reason, on $where, supervised: $supervised",
  async ({ workers, supervised, restart, onError, by, says }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const starts = supervised ? supervisor : system;
    const ref = await starts.spawn(juggler.with({ restart, onError }));
    const hanging = ref.ask.hang();
    const numbers = ref.stream.numbers();
    const waiting = ref.stream.wait();
    assertEquals([await numbers.next(), await waiting.next()].map(({ value }) => value), [0, 0]);
    const next = waiting.next();
    const caused = ref.ask[by]().then(() => undefined, (error) => error);
    const lost = [hanging, next, exhausted(numbers)];
    const errors = await Promise.all(
      lost.map((each) =>
        within(20_000, "the rejection", assertRejects(() => each, ActorStoppedError, says))
      ),
    );
    assertStringIncludes(errors[0]!.message, 'Cannot finish "hang": actor "juggler"');
    const failure = await caused;
    assertEquals(failure instanceof RangeError, by === "fail");
    for (const { cause } of errors) {
      assertEquals((cause as Error | undefined)?.message, failure?.message);
    }
    if (onError === "restart") assertEquals(await ref.ask.restarts(), 1);
  },
);

/** Reads what has come already, and rejects as the stream does. */
async function exhausted(values: AsyncIterable<number>): Promise<void> {
  for await (const value of values) assert(value >= 0);
}

simulated.each(PLACES)(
  "ActorSystem.shutdown() rejects each ask that is left with an error of its own, on $where",
  async ({
    workers,
  }) => {
    const system = new ActorSystem({ workers });
    const ref = await system.spawn(juggler);
    const rejected = [1, 2].map(() => assertRejects(() => ref.ask.hang(), Error));
    await system.shutdown({ timeoutMs: 200 });
    const [first, second] = await Promise.all(rejected);
    assert(first !== second);
    assertEquals(first!.stack!.split("ask of").length, 2);
    assertEquals(second!.stack!.split("ask of").length, 2);
  },
);
