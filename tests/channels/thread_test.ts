import { assertEquals, assertStrictEquals } from "@std/assert";
import { enterThread, Thread, thread, ThreadSlot } from "../../channels/thread/thread.ts";
import { addUnsent, allSent, removeUnsent } from "../../channels/waits/unsent.ts";
import { within } from "../testing.ts";

const threadWith = (number: number) => new Thread(number, thread().platform);

/** Calls back as another thread would. */
function apart<T>(other: Thread, fn: () => T): T {
  const before = thread();
  enterThread(other);
  try {
    return fn();
  } finally {
    enterThread(before);
  }
}

Deno.test("ThreadSlot keeps something for each thread, and finds it again", () => {
  const slot = new ThreadSlot(() => ({ of: thread().number }));
  const [own, other] = [thread(), threadWith(7)];
  const here = slot.here;
  const there = apart(other, () => slot.here);
  assertEquals([here, there], [{ of: own.number }, { of: 7 }]);
  assertStrictEquals(slot.here, here);
  assertStrictEquals(apart(other, () => slot.here), there);
  assertStrictEquals(thread(), own);
});

Deno.test("ThreadSlot keeps something for a thread that was there before the slot", () => {
  const other = threadWith(8);
  apart(other, () => {});
  const slot = new ThreadSlot(() => ({ of: thread().number }));
  assertEquals(apart(other, () => slot.here), { of: 8 });
  assertEquals(slot.here, { of: thread().number });
});

Deno.test("What one thread has unsent keeps no other one waiting", async () => {
  const unsent = () => new Promise(() => {});
  const other = threadWith(9);
  apart(other, () => addUnsent(unsent));
  await within(1_000, "nothing unsent here", allSent());
  apart(other, () => removeUnsent(unsent));
});
