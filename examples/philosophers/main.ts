/**
 * Five philosophers around a table, a fork between each two of them; to eat takes both forks beside
 * the plate. If all took the left one first, they could wait for the right one for ever. So everybody
 * takes the fork with the lower number first, which makes a circle of waiting impossible.
 *
 *     deno task example:philosophers
 *
 * prints thirty lines in which no neighbours eat at the same time, and the last line:
 *
 *     Plato eats
 *     Socrates eats
 *     Plato thinks
 *     ...
 *     Everybody has eaten 3 times
 *
 * @module
 */
import { delay } from "@std/async";
import { ActorSystem, task } from "@troupe/actors";
import { fork, type ForkRef } from "./fork.ts";

const NAMES = ["Plato", "Hypatia", "Socrates", "Diotima", "Aristotle"];
const MEALS = 3;

const dine = task(import.meta, async (name: string, first: ForkRef, second: ForkRef) => {
  for (let meal = 0; meal < MEALS; meal++) {
    await first.ask.take();
    await second.ask.take();
    console.log(`${name} eats`);
    await delay(10 * Math.random());
    console.log(`${name} thinks`);
    second.tell.put();
    first.tell.put();
  }
});

if (import.meta.main) {
  await using system = new ActorSystem();
  const forks = await Promise.all(NAMES.map(() => system.spawn(fork)));

  await Promise.all(NAMES.map((name, seat) => {
    const [first, second] = [seat, (seat + 1) % forks.length].sort();
    return system.run(dine, name, forks[first!]!, forks[second!]!);
  }));

  console.log(`Everybody has eaten ${MEALS} times`);
}
