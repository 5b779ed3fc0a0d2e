/**
 * Ten tasks print one line each, under one lock.
 *
 *     deno task example:whole_lines
 *
 * prints, in any order:
 *
 *     hello world 0
 *     hello world 1
 *     ...
 *     hello world 9
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type Lock, Mutex } from "@troupe/actors/shared";

const print = task(import.meta, async (lock: Lock, i: number) => {
  using _guard = await lock.acquire();
  console.log("hello world", i);
});

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 4 });
  const lock = new Mutex();
  await Promise.all(Array.from({ length: 10 }, (_, i) => system.run(print, lock, i)));
}
