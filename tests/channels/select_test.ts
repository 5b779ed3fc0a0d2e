import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, ChannelClosedError, type PipeEnd, Queue, select } from "../../mod.ts";
import { OneWay } from "../fixtures/pipe_pair.ts";
import { keeper, report, selectOf } from "../fixtures/pipe_tasks.ts";
import { within } from "../testing.ts";

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(20_000, what, promise);
}

Deno.test("select() gives the sources that are ready, in order, and takes nothing", async () => {
  using quiet = new OneWay<number>();
  using busy = new OneWay<number>();
  using jobs = new Queue<number>();
  await Promise.all([busy.sender.send(1), jobs.send(2)]);
  const sources = [jobs, quiet.receiver, busy.receiver];
  await busy.receiver.poll({ timeoutMs: 1_000 });
  assertEquals(await select<object>(sources), [jobs, busy.receiver]);
  assertEquals(await select<object>(sources, { timeoutMs: 0 }), [jobs, busy.receiver]);
  assertEquals([await busy.receiver.receive(), await jobs.receive()], [1, 2]);
  assertEquals(await select<object>(sources, { timeoutMs: 0 }), []);
});

Deno.test("select() waits until a source becomes ready", async () => {
  using pipe = new OneWay<number>();
  using jobs = new Queue<number>();
  const selected = select<object>([pipe.receiver, jobs]);
  await jobs.send(1);
  assertEquals(await soon("the queue", selected), [jobs]);
  assertEquals(await jobs.receive(), 1);
  const again = select<object>([pipe.receiver, jobs]);
  await pipe.sender.send(2);
  assertEquals(await soon("the pipe", again), [pipe.receiver]);
});

Deno.test("select() finds what was closed ready", async () => {
  using pipe = new OneWay<number>();
  const jobs = new Queue<number>();
  const selected = [select([pipe.receiver]), select([jobs])];
  pipe.sender.close();
  jobs.close();
  assertEquals(await soon("both", Promise.all(selected)), [[pipe.receiver], [jobs]] as never);
});

Deno.test("select() gives none after its time, and when there are no sources", async () => {
  using pipe = new OneWay<number>();
  assertEquals(await select([pipe.receiver], { timeoutMs: 0 }), []);
  assertEquals(await soon("the time", select([pipe.receiver], { timeoutMs: 20 })), []);
  assertEquals(await soon("nothing", select([])), []);
});

Deno.test("select() rejects with the reason of the signal", async () => {
  using pipe = new OneWay<number>();
  const controller = new AbortController();
  const { signal } = controller;
  const selected = select([pipe.receiver], { signal });
  controller.abort("enough");
  assertEquals(await selected.catch((reason) => reason), "enough");
  assertEquals(await select([pipe.receiver], { signal }).catch((reason) => reason), "enough");
  await pipe.sender.send(1);
  assertEquals(await pipe.receiver.receive(), 1);
});

Deno.test.each([{ source: {} }, { source: null }, { source: 1 }, { source: new MessageChannel() }])(
  "select() refuses $source by its index",
  async ({ source }) => {
    using pipe = new OneWay<number>();
    const sources = [pipe.receiver, source] as object[];
    await assertRejects(() => select(sources), TypeError, "sources[1]");
  },
);

Deno.test.each([{ sources: null }, { sources: 5 }, { sources: undefined }])(
  "select() refuses $sources instead of a list",
  async ({ sources }) => {
    const text = "sources must be an array";
    await assertRejects(() => select(sources as never), TypeError, text);
  },
);

Deno.test.each([-1, NaN].map((timeoutMs) => ({ timeoutMs })))(
  "select() refuses a timeoutMs of $timeoutMs",
  async ({ timeoutMs }) => {
    await assertRejects(() => select([], { timeoutMs }), RangeError, "timeoutMs");
  },
);

Deno.test("select() refuses a pipe end that was sent away", async () => {
  using outer = new OneWay<unknown>();
  using inner = new OneWay<number>();
  await outer.sender.send(inner.receiver);
  await assertRejects(() => select([inner.receiver]), ChannelClosedError, "sent away");
});

Deno.test("select() finds an actor ready once it has ended", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(keeper);
  assertEquals(await select([ref], { timeoutMs: 0 }), []);
  const selected = select([ref]);
  await ref.stop();
  assertEquals(await soon("the end", selected), [ref]);
  assertEquals(await select([ref], { timeoutMs: 0 }), [ref]);
});

Deno.test("select() waits in a worker for a queue and an actor of another thread", async () => {
  await using system = new ActorSystem({ workers: 2 });
  using jobs = new Queue<unknown>();
  using idle = new Queue<unknown>();
  const ref = await system.spawn(keeper);
  const sources = [idle, jobs, ref] as never;
  assertEquals(await soon("nothing", system.run(selectOf, sources, 0)), []);
  const selected = system.run(selectOf, sources, 5_000);
  await jobs.send("item");
  assertEquals(await soon("the queue", selected), [1]);
  const again = system.run(selectOf, [idle, ref] as never, 5_000);
  await ref.stop();
  assertEquals(await soon("the actor", again), [1]);
  assertEquals(await jobs.receive(), "item");
});

Deno.test("select() reads four senders until all have ended", async () => {
  await using system = new ActorSystem({ workers: 4 });
  const pipes = Array.from({ length: 4 }, () => new OneWay<[number, string]>());
  const done = pipes.map(({ sender }, id) => system.run(report, sender, `${id}`, 10));
  let open: PipeEnd<never, [number, string]>[] = pipes.map(({ receiver }) => receiver);
  const seen: Record<string, number[]> = {};
  while (open.length > 0) {
    for (const end of await soon("a message", select(open))) {
      try {
        const [n, name] = await end.receive();
        (seen[name] ??= []).push(n);
      } catch {
        open = open.filter((each) => each !== end);
      }
    }
  }
  const all = [...Array(10).keys()];
  assertEquals(seen, { 0: all, 1: all, 2: all, 3: all });
  await Promise.all(done);
  for (const pipe of pipes) pipe[Symbol.dispose]();
});
