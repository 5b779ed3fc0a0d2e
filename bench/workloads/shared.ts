import { ActorSystem } from "@troupe/actors";
import { Mutex } from "@troupe/actors/shared";
import { compare, type Contender } from "../harness/measure.ts";
import { peersOf, startPeers } from "../harness/absent.ts";
import { addRaw, addWithMutex } from "./shared_tasks.ts";
import { sized } from "../harness/settings.ts";

/** Locks, beside what a program would write with `Atomics` alone. */
export async function benchShared() {
  await benchUncontended();
  await benchTwoThreads();
}

async function benchUncontended() {
  const operations = sized(1_000_000, 100);
  const words = new Int32Array(new SharedArrayBuffer(8));
  const mutex = new Mutex();
  await compare({
    title: "mutex: acquire and release, nobody else wants it",
    operations,
    contenders: [
      { name: "compareExchange, store", role: "raw", run: now(() => bare(words, operations)) },
      { name: "tryAcquire(), release()", run: now(() => tryAndRelease(mutex, operations)) },
      { name: "acquireSync(), release()", run: now(() => acquireAndRelease(mutex, operations)) },
      { name: "acquireSync(), using", run: now(() => useSync(mutex, operations)) },
      { name: "using of an empty object", role: "raw", run: now(() => useNothing(operations)) },
      { name: "acquire(), awaited", run: () => awaitAndRelease(mutex, operations) },
    ],
  });
}

async function benchTwoThreads() {
  await using system = new ActorSystem({ workers: 2 });
  const each = sized(1_000_000, 100);
  const words = new Int32Array(new SharedArrayBuffer(8));
  const mutex = new Mutex();
  const both = async (run: () => Promise<unknown>) => {
    words.fill(0);
    await Promise.all([run(), run()]);
    if (words[1] !== 2 * each) throw new Error(`Counted ${words[1]} of ${2 * each}`);
  };
  await compare({
    title: "mutex: guarded increments by two threads",
    operations: 2 * each,
    contenders: [
      {
        name: "hand-written futex mutex",
        role: "raw",
        run: () => both(() => system.run(addRaw, words, each)),
      },
      { name: "Mutex", run: () => both(() => system.run(addWithMutex, mutex, words, each)) },
      ...await startPeers(
        await peersOf<Contender>("python", "guarded", 2 * each, sized(100_000, 100)),
      ),
    ],
  });
}

function bare(words: Int32Array, times: number) {
  for (let n = 0; n < times; n++) {
    Atomics.compareExchange(words, 0, 0, 1);
    Atomics.store(words, 0, 0);
  }
}

function tryAndRelease(mutex: Mutex, times: number) {
  for (let n = 0; n < times; n++) mutex.tryAcquire()!.release();
}

function acquireAndRelease(mutex: Mutex, times: number) {
  for (let n = 0; n < times; n++) mutex.acquireSync().release();
}

function useSync(mutex: Mutex, times: number) {
  for (let n = 0; n < times; n++) {
    using _guard = mutex.acquireSync();
  }
}

function useNothing(times: number) {
  const empty = { [Symbol.dispose]() {} };
  for (let n = 0; n < times; n++) {
    using _empty = empty;
  }
}

async function awaitAndRelease(mutex: Mutex, times: number) {
  for (let n = 0; n < times; n++) (await mutex.acquire()).release();
}

function now(work: () => void): () => Promise<void> {
  return () => Promise.resolve(work());
}
