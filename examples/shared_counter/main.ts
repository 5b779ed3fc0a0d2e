/**
 * Two tasks add to one number 100 000 times each: without a lock, under a lock, and under the number's own lock.
 *
 *     deno task example:shared_counter
 *
 * prints, with any number from 1 to 200000 in the first line:
 *
 *     Without a lock: 142310
 *     With a lock: 200000
 *     With its own lock: 200000
 *     In one step: 200000
 *
 * @module
 */
import { ActorSystem } from "@troupe/actors";
import { type Lock, Mutex, SharedValue } from "@troupe/actors/shared";
import { add, addInOneStep, addLocked } from "./worker.ts";

await using system = new ActorSystem({ workers: 2 });
const TIMES = 100_000;

{
  const counter = new SharedValue("i32");
  const started = new SharedValue("i32");
  await Promise.all([0, 1].map(() => system.run(add, counter, TIMES, started)));
  console.log(`Without a lock: ${counter}`);
}
{
  const counter = new SharedValue("i32");
  const lock: Lock = new Mutex();
  await Promise.all([0, 1].map(() => system.run(addLocked, counter, TIMES, lock)));
  console.log(`With a lock: ${counter}`);
}
{
  const counter = new SharedValue("i32");
  await Promise.all([0, 1].map(() => system.run(addLocked, counter, TIMES, counter.lock)));
  console.log(`With its own lock: ${counter}`);
}
{
  const counter = new SharedValue("i32");
  await Promise.all([0, 1].map(() => system.run(addInOneStep, counter, TIMES)));
  console.log(`In one step: ${counter}`);
}
