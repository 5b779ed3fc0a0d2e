import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import {
  type ActorOptions,
  ActorStoppedError,
  ActorSystem,
  HostLostError,
  type RefOf,
} from "../../mod.ts";
import { PLACES, probe } from "../fixtures/life_probe.ts";
import { reader, source } from "../fixtures/life_stream.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

async function spawnSource(system: ActorSystem, options: ActorOptions = {}) {
  const log = await system.spawn(probe);
  return { log, ref: await system.spawn(source.with(options), log) };
}

function range(to: number): number[] {
  return Array.from({ length: to }, (_, i) => i);
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  return await within(10_000, "the end of the stream", Array.fromAsync(values));
}

/** For calls that the types do not allow. */
type Untyped<T> = Record<string, (...args: unknown[]) => T>;

simulated.each(
  PLACES.flatMap((place) =>
    (["count", "countAsync", "promised"] as const).map((handler) => ({ ...place, handler }))
  ),
)("ActorRef.stream gives all values in order: $handler on $where", async ({ workers, handler }) => {
  await using system = new ActorSystem({ workers });
  const { ref } = await spawnSource(system);
  assertEquals(await collect(ref.stream[handler](100)), range(100));
  assertEquals(await collect(ref.stream[handler](0)), []);
});

simulated.each(PLACES)(
  "ActorRef.stream gives 10 000 values in order on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    assertEquals(await collect(ref.stream.count(10_000)), range(10_000));
  },
);

simulated.each(PLACES)(
  "ActorRef.stream takes any iterator as a handler's result on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    assertEquals(await collect(ref.stream.bare()), [0, 1, 2]);
  },
);

Deno.test.each(
  [
    { from: "the main thread", to: "a worker", source: "here", reader: "any" },
    { from: "a worker", to: "another worker", source: "any", reader: "own" },
    { from: "a thread worker", to: "a worker", source: "own", reader: "any" },
  ] as const,
)("ActorRef.stream works from $from to $to", async (where) => {
  await using system = new ActorSystem({ workers: 1 });
  const { log, ref } = await spawnSource(
    system,
    where.source === "own" ? { own: { worker: "thread" } } : { on: where.source },
  );
  const other = await system.spawn(reader.with({ on: where.reader }), log);
  const values = await within(10_000, "the values", other.ask.read(ref, 1_000));
  assertEquals(values, range(1_000));
});

simulated.each(PLACES)(
  "ActorRef.stream lets other messages in between turns on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    let values = 0;
    for await (const _ of ref.stream.endless()) {
      assertEquals(await within(20_000, "a reply meanwhile", ref.ask.ping()), "pong");
      if (++values === 100) break;
    }
  },
);

simulated.each(
  PLACES.flatMap((place) =>
    (["endless", "endlessAsync"] as const).map((handler) => ({ ...place, handler }))
  ),
)(
  "ActorRef.stream produces at most 32 values ahead: $handler on $where",
  async ({ workers, handler }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    let consumed = 0;
    for await (const value of ref.stream[handler]()) {
      assertEquals(value, consumed++);
      // Each round trip is a chance to run further ahead.
      for (let i = 0; i < 3; i++) await ref.ask.ping();
      assertLessOrEqual(await ref.ask.produced(), consumed + 33);
      if (consumed === 100) break;
    }
  },
);

simulated.each(PLACES)(
  "ActorRef.stream answers calls of next() in order on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const stream = ref.stream.count(50);
    const results = await within(20_000, "values", Promise.all(range(52).map(() => stream.next())));
    assertEquals(results.map(({ value }) => value), [...range(50), undefined, undefined]);
    assertEquals(results.map(({ done }) => done), [...Array(50).fill(false), true, true]);
  },
);

simulated.each(
  PLACES.flatMap((place) =>
    (["endless", "endlessAsync"] as const).map((handler) => ({ ...place, handler }))
  ),
)(
  "ActorRef.stream ends its generator when the loop is left: $handler on $where",
  async ({ workers, handler }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    for await (const value of ref.stream[handler]()) if (value === 5) break;
    await within(20_000, "the finally block", log.ask.logged(`${handler} ended`));
    const produced = await ref.ask.produced();
    assertEquals(await ref.ask.produced(), produced);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream ends its generator when the loop throws on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    await assertRejects(async () => {
      for await (const _ of ref.stream.endless()) throw new RangeError("enough");
    }, RangeError);
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
  },
);

simulated.each(PLACES)("ActorRef.stream is over after return() on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { log, ref } = await spawnSource(system);
  const stream = ref.stream.endless();
  await stream.next();
  const pending = Promise.all(range(100).map(() => stream.next()));
  await stream.return!();
  const results = await within(20_000, "the pending calls", pending);
  assertEquals(results.at(-1), { done: true, value: undefined });
  assertEquals(await stream.next(), { done: true, value: undefined });
  await within(20_000, "the finally block", log.ask.logged("endless ended"));
});

simulated(
  "ActorRef.stream ends its generator when the actor that reads it is terminated",
  async () => {
    await using system = new ActorSystem({ workers: 2 });
    const { log, ref } = await spawnSource(system);
    const other = await system.spawn(reader, log);
    const reading = other.ask.readAndHold(ref);
    await within(20_000, "the reader", log.ask.logged("reading"));
    const settled = assertRejects(() => reading, ActorStoppedError);
    await other.terminate();
    await settled;
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
  },
);

simulated.each(
  [
    { where: "the main thread", on: "here" },
    { where: "another worker", on: "any" },
  ] as const,
)(
  "ActorRef.stream ends its generator on $where when the consumer's worker dies",
  async ({ on }) => {
    await using system = new ActorSystem({ workers: 1 });
    const { log, ref } = await spawnSource(system, { on });
    const other = await system.spawn(reader.with({ on: "own" }), log);
    await assertRejects(() => other.ask.readAndDie(ref), HostLostError);
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
    assertEquals(await ref.ask.ping(), "pong");
  },
);

simulated.each(
  PLACES.flatMap((place) =>
    (["failing", "failingAsync"] as const).map((handler) => ({ ...place, handler }))
  ),
)(
  "ActorRef.stream rejects after the values of a generator that throws: $handler on $where",
  async ({ workers, handler }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const stream = ref.stream[handler](3);
    for (const value of range(3)) assertEquals(await stream.next(), { done: false, value });
    await assertRejects(() => stream.next(), RangeError, "no more");
    assertEquals(await stream.next(), { done: true, value: undefined });
    assertEquals(await ref.ask.restarts(), 1);
  },
);

const ENDINGS: { ending: string; end(ref: RefOf<typeof source>): Promise<unknown> }[] = [
  { ending: "stopped", end: (ref) => ref.stop() },
  { ending: "terminated", end: (ref) => ref.terminate() },
  { ending: "restarted", end: (ref) => ref.ask.fail().catch(() => {}) },
];

simulated.each(PLACES.flatMap((place) => ENDINGS.map((each) => ({ ...place, ...each }))))(
  "ActorRef.stream rejects when the actor is $ending on $where",
  async ({ workers, end }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const stream = ref.stream.endless();
    await stream.next();
    await end(ref);
    await assertRejects(() => collect(stream), ActorStoppedError);
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
  },
);

simulated("ActorRef.stream rejects with HostLostError when the actor's worker dies", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const { ref } = await spawnSource(system, { on: "own" });
  const stream = ref.stream.endless();
  await stream.next();
  ref.tell.die();
  await assertRejects(() => collect(stream), HostLostError);
});

simulated.each(PLACES)(
  "ActorRef.stream of an ended actor rejects on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    await ref.stop();
    await assertRejects(() => collect(ref.stream.count(3)), ActorStoppedError);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream with an aborted signal never starts on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const signal = AbortSignal.abort(new RangeError("aborted"));
    const stream = ref.with({ signal }).stream.endless();
    await assertRejects(() => stream.next(), RangeError, "aborted");
    assertEquals(await ref.ask.produced(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream rejects when its signal aborts while it waits on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const controller = new AbortController();
    const stream = ref.with({ signal: controller.signal }).stream.stalling();
    assertEquals((await stream.next()).value, "first");
    const next = stream.next();
    await within(20_000, "the generator to stall", log.ask.logged("stalling"));
    controller.abort(new RangeError("aborted"));
    await assertRejects(() => within(20_000, "the abort", next), RangeError, "aborted");
    log.tell.open();
    assertEquals(await ref.ask.ping(), "pong");
  },
);

simulated.each(PLACES)(
  "ActorRef.stream ends its generator when its signal aborts in the loop on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const controller = new AbortController();
    const read = async () => {
      for await (const value of ref.with({ signal: controller.signal }).stream.endless()) {
        if (value === 50) controller.abort(new RangeError("aborted"));
        assert(value < 1_000, "it goes on");
      }
    };
    await assertRejects(() => within(20_000, "the abort", read()), RangeError, "aborted");
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
  },
);

simulated.each(PLACES)(
  "ActorRef.stream times out when one value takes too long on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const stream = ref.with({ timeoutMs: 200 }).stream.stalling();
    assertEquals((await stream.next()).value, "first");
    const error = await assertRejects(() => within(20_000, "a limit", stream.next()), DOMException);
    assertEquals(error.name, "TimeoutError");
    log.tell.open();
    assertEquals(await ref.ask.ping(), "pong");
  },
);

simulated.each(PLACES)(
  "ActorRef.stream counts timeoutMs for each value on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const start = performance.now();
    assertEquals(await collect(ref.with({ timeoutMs: 400 }).stream.slow(9, 50)), range(9));
    assert(performance.now() - start > 400, "all of it takes longer than the limit");
  },
);

simulated.each(PLACES)(
  "ActorRef.ask of a generator is refused with a hint on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const ask = ref.ask as unknown as Untyped<Promise<unknown>>;
    await assertRejects(() => ask.endless!(), TypeError, "use stream");
    assertEquals(await ref.ask.produced(), 0);
    assertEquals(await ref.ask.restarts(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream of a plain handler is refused with a hint on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const stream = ref.stream as unknown as Untyped<AsyncIterable<unknown>>;
    await assertRejects(() => collect(stream.plain!()), TypeError, "use ask");
    assertEquals(await ref.ask.restarts(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream of an unknown handler is refused on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const stream = ref.stream as unknown as Untyped<AsyncIterable<unknown>>;
    await assertRejects(() => collect(stream.nope!()), TypeError, "nope");
  },
);

simulated.each(PLACES)(
  "ActorRef.tell of a generator runs it to its end on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    ref.tell.noting(["a", "b", "c"]);
    await within(20_000, "the last entry", log.ask.logged("c"));
    assertEquals(await log.ask.entries(), ["a", "b", "c"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.tell of an endless generator lets other messages in on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    ref.tell.endless();
    assertEquals(await within(20_000, "a reply meanwhile", ref.ask.ping()), "pong");
    await within(20_000, "the stop", ref.stop());
    await within(20_000, "the finally block", log.ask.logged("endless ended"));
  },
);

simulated.each(PLACES)(
  "ActorRef.stream rejects for a value that cannot cross on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const stream = ref.stream.notCloneable();
    assertEquals((await stream.next()).value, 1);
    await assertRejects(() => within(20_000, "a refusal", stream.next()), TypeError, "deep");
    assertEquals(await stream.next(), { done: true, value: undefined });
    await within(20_000, "the finally block", log.ask.logged("notCloneable ended"));
    assertEquals(await ref.ask.restarts(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream ends its generator at a value that cannot be brought back on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const stream = ref.stream.fragile();
    assertEquals((await stream.next()).value, 1);
    await assertRejects(() => within(20_000, "a refusal", stream.next()), RangeError, "broken");
    assertEquals(await stream.next(), { done: true, value: undefined });
    await within(20_000, "the finally block", log.ask.logged("fragile ended"));
    assertEquals(await ref.ask.restarts(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream does nothing until it is iterated on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    ref.stream.endless();
    const returned = ref.stream.endless();
    await returned.return!();
    assertEquals(await returned.next(), { done: true, value: undefined });
    assertEquals(await ref.ask.produced(), 0);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream copies its arguments at the call on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnSource(system);
    const entries = ["a"];
    const stream = ref.stream.noting(entries);
    entries.push("b");
    await collect(stream);
    assertEquals(await log.ask.entries(), ["a"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stream gives two loops at once their own values on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnSource(system);
    const streams = [ref.stream.count(300), ref.stream.countAsync(200), ref.stream.count(100)];
    const values = await Promise.all(streams.map(collect));
    assertEquals(values, [range(300), range(200), range(100)]);
  },
);
