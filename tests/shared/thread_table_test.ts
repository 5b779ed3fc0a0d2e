import { assertEquals, assertThrows } from "@std/assert";
import { ownThread } from "../../shared/words/thread.ts";
import { ThreadTable } from "../../shared/words/thread_table.ts";

const MOST = 128;
const COUNTS = 2;

/** A table that as many threads as can have used, each of which has one of the first count. */
function fullTable() {
  const words = new Int32Array(ThreadTable.words(COUNTS));
  const table = new ThreadTable(words, 0, COUNTS, "lock");
  words[0] = MOST;
  for (const [index, entry] of [...table.entries()].entries()) {
    words.set([ownThread + 1 + index, 1, 0], entry);
  }
  return { words, table };
}

Deno.test("ThreadTable has room for a thread more once another one of 128 has ended", () => {
  const { words, table } = fullTable();
  const full = "Cannot acquire lock: 128 threads hold or want the lock, which is the most";
  assertThrows(() => table.entryOfOwn("acquire lock"), RangeError, full);
  const ended = ownThread + 5;
  const freed = table.find(ended);
  table.drop(ended);
  assertEquals(table.entryOfOwn("acquire lock"), freed);
  words[freed + 2] = 1;
  assertEquals(table.entryOfOwn("acquire lock"), freed);
  assertEquals([table.find(ended), table.threads().length, table.sum(1)], [-1, MOST, MOST - 1]);
});

Deno.test("ThreadTable keeps the entry of a thread of which any count is left", () => {
  const { words, table } = fullTable();
  words.set([0, 1], table.find(ownThread + 5) + 1);
  assertThrows(() => table.entryOfOwn("acquire lock"), RangeError);
});
