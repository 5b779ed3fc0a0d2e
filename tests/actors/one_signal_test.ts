import { assertEquals } from "@std/assert";
import { type ActorRef, ActorSystem, pipe, Pool, Queue, select } from "../../mod.ts";
import { Manager, Mutex, Semaphore, SharedEvent, SharedQueue } from "../../shared/mod.ts";
import { hang, idler } from "../fixtures/one_signal.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

interface Place {
  system: ActorSystem;
  ref: ActorRef<Awaited<ReturnType<typeof idler.setup>>>;
}

interface Row {
  what: string;
  /** Makes what starts one wait after the other. */
  waits(place: Place, stack: AsyncDisposableStack): Promise<(signal: AbortSignal) => unknown>;
}

const settled = <T>(value: T) => Promise.resolve(value);

const ROWS: Row[] = [
  { what: "ask", waits: ({ ref }) => settled((signal) => ref.with({ signal }).ask.hang()) },
  { what: "run", waits: ({ system }) => settled((signal) => system.run(hang.with({ signal }))) },
  {
    what: "stream",
    waits: ({ ref }) => settled((signal) => ref.with({ signal }).stream.never().next()),
  },
  {
    what: "pool.run",
    waits({ system }, stack) {
      const pool = stack.use(new Pool({ workers: 0, system }));
      stack.defer(() => pool.terminate());
      return settled((signal) => pool.run(hang.with({ signal })));
    },
  },
  {
    what: "pool.map",
    waits({ system }, stack) {
      const pool = stack.use(new Pool({ workers: 0, system }));
      stack.defer(() => pool.terminate());
      return settled((signal) => pool.map(hang as never, [1], { signal }));
    },
  },
  {
    what: "pool.imap",
    waits({ system }, stack) {
      const pool = stack.use(new Pool({ workers: 0, system }));
      stack.defer(() => pool.terminate());
      return settled((signal) => pool.imap(hang as never, [1], { signal }).next());
    },
  },
  {
    what: "Queue.send",
    async waits(_place, stack) {
      const queue = stack.use(new Queue<number>({ capacity: 1 }));
      await queue.send(1);
      return (signal) => queue.send(2, { signal });
    },
  },
  {
    what: "Queue.receive",
    waits(_place, stack) {
      const queue = stack.use(new Queue());
      return settled((signal) => queue.receive({ signal }));
    },
  },
  {
    what: "PipeEnd.receive",
    waits(_place, stack) {
      const [left, right] = pipe();
      stack.use(left);
      stack.use(right);
      return settled((signal) => left.receive({ signal }));
    },
  },
  {
    what: "select",
    waits(_place, stack) {
      const queue = stack.use(new Queue());
      return settled((signal) => select([queue], { signal }));
    },
  },
  {
    what: "Mutex.acquire",
    async waits(_place, stack) {
      const mutex = new Mutex();
      stack.use(await mutex.acquire());
      return (signal) => mutex.acquire({ signal });
    },
  },
  {
    what: "Semaphore.acquire",
    waits: () => settled((signal) => new Semaphore(0).acquire({ signal })),
  },
  {
    what: "SharedEvent.wait",
    waits: () => settled((signal) => new SharedEvent().wait({ signal })),
  },
  {
    what: "SharedQueue.receive",
    waits() {
      const queue = new SharedQueue();
      return settled((signal) => queue.receive({ signal }));
    },
  },
  {
    what: "managed queue",
    async waits({ system }, stack) {
      const manager = stack.use(new Manager({ system }));
      const queue = await manager.queue();
      return (signal) => queue.receive({ signal });
    },
  },
];

/** A signal that counts the listeners that it has. */
function counted(): { controller: AbortController; most: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let [now, most] = [0, 0];
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof signal.addEventListener>) {
      most = Math.max(most, ++now);
      return AbortSignal.prototype.addEventListener.apply(this, args);
    },
    removeEventListener(...args: Parameters<typeof signal.removeEventListener>) {
      now--;
      return AbortSignal.prototype.removeEventListener.apply(this, args);
    },
  });
  return { controller, most: () => most };
}

simulated.each(ROWS)("one signal ends many waits by one listener: $what", async ({ waits }) => {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 0 });
  await using stack = new AsyncDisposableStack();
  const start = await waits({ system, ref: await system.spawn(idler) }, stack);
  const { controller, most } = counted();
  const all = Array.from({ length: 50 }, () => Promise.resolve(start(controller.signal)));
  const outcomes = Promise.allSettled(all);
  await until(10_000, "the begin of the waits", () => most() > 0);
  controller.abort("by the test");
  const reasons = (await within(10_000, "the ends of the waits", outcomes))
    .map((outcome) => "reason" in outcome ? outcome.reason : "none");
  assertEquals([most(), ...new Set(reasons)], [1, "by the test"]);
});

simulated("one signal in many messages has one listener", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(idler);
  const { controller: { signal }, most } = counted();
  for (let time = 0; time < 20; time++) {
    assertEquals(await within(10_000, "an answer", ref.with({ signal }).ask.take(signal)), "taken");
  }
  assertEquals(most(), 1);
});
