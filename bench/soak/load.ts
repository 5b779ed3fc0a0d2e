import { type ActorRef, ActorSystem, Pool, Queue, type RefOf, Supervisor } from "@troupe/actors";
import { expectAll } from "../harness/check.ts";
import { counter, pass, square, type Victim, victim } from "./actors.ts";

const WORKERS = 2;
const CAPACITY = 100;
const BURST = 200;
/** Between two bursts of the same kind: the machine is busy with all of them, and not only waiting for itself. */
const PAUSE_MS = 2;
const BETWEEN_LOSSES_MS = 300;

/**
 * Load of every kind at the same time, until `signal` is aborted: asks, tells, streams, a queue through another thread, a
 * pool, and threads that end. Everything is checked.
 *
 * @param onAsk Called with the milliseconds that each ask took.
 * @throws {Error} Rejects when something was lost.
 */
export async function bearLoad(signal: AbortSignal, onAsk: (ms: number) => void): Promise<void> {
  await using system = new ActorSystem({ workers: WORKERS });
  system.addEventListener("error", (event) => event.preventDefault());
  await using supervisor = new Supervisor({ system, maxRestarts: 1e9 });
  await using pool = new Pool({ system, workers: 1 });
  const counters = await Promise.all(
    Array.from({ length: 2 * WORKERS }, () => system.spawn(counter)),
  );
  const fragile = await supervisor.spawn(victim.with({ on: "own" }));
  const [first, ...others] = counters;
  const [told, streamed] = [others[0]!, others[1]!];
  await untilAborted(signal, [
    () => ask(first!, onAsk),
    () => tell(told),
    () => stream(streamed),
    () => map(pool),
    () => lose(fragile),
  ], () => passThrough(system, signal));
}

type Counter = RefOf<typeof counter>;

/** Each of the works again and again; one that fails ends them all. */
async function untilAborted(
  signal: AbortSignal,
  works: (() => Promise<void>)[],
  whole: () => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const end = AbortSignal.any([signal, failed.signal]);
  const loops = works.map(async (work) => {
    while (!end.aborted) {
      await work();
      await pause(PAUSE_MS);
    }
  });
  try {
    await Promise.all([...loops, whole()]);
  } catch (error) {
    failed.abort();
    throw error;
  }
}

async function ask(ref: Counter, onAsk: (ms: number) => void): Promise<void> {
  for (let id = 0; id < 20; id++) {
    const start = performance.now();
    const answer = await ref.ask.echo({ id });
    onAsk(performance.now() - start);
    expectAll(answer.id, id, "answer");
  }
}

async function tell(ref: Counter): Promise<void> {
  for (let id = 0; id < BURST; id++) ref.tell.hit({ id, text: "message" });
  expectAll(await ref.ask.take(), BURST, "tells");
}

async function stream(ref: Counter): Promise<void> {
  let sum = 0;
  for await (const each of ref.stream.countdown(BURST)) sum += each;
  expectAll(sum, BURST * (BURST + 1) / 2, "sum of the stream");
}

async function map(pool: Pool): Promise<void> {
  const numbers = Array.from({ length: BURST }, (_, index) => index);
  const [squares, nine] = await Promise.all([pool.map(square, numbers), pool.run(square, 3)]);
  expectAll(squares.reduce((sum, each) => sum + each), 2_646_700, "sum of the squares");
  expectAll(nine, 9, "square of 3");
}

async function lose(ref: ActorRef<Victim>): Promise<void> {
  await ref.ask.die().catch(() => {});
  expectAll((await ref.ask.ping()).length, "pong".length, "answer after the loss");
  await pause(BETWEEN_LOSSES_MS);
}

/** Items to a task on a worker and back, one queue for the whole time. */
async function passThrough(system: ActorSystem, signal: AbortSignal): Promise<void> {
  using there = new Queue<number>({ capacity: CAPACITY });
  using back = new Queue<number>({ capacity: CAPACITY });
  const passing = system.run(pass, there, back);
  let items = 0;
  while (!signal.aborted) {
    const sending = (async () => {
      for (let item = 0; item < BURST; item++) await there.send(item);
    })();
    for (let item = 0; item < BURST; item++) expectAll(await back.receive(), item, "item");
    await sending;
    items += BURST;
    await pause(PAUSE_MS);
  }
  there.close();
  expectAll(await passing, items, "items");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
