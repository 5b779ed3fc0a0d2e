/**
 * Threads that are cut off from each other.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { actor, type ActorRef, ActorSystem } from "../../mod.ts";
import { Choices } from "../../testing/simulation/choices.ts";
import { Cuts } from "../../testing/simulation/cuts.ts";
import { pacesBy } from "../../testing/simulation/pace.ts";
import type { SimulatedThread } from "../../testing/simulation/thread.ts";
import { World } from "../../testing/simulation/world.ts";

const thread = (name: string) => ({ name, isAlive: true }) as SimulatedThread;
const [one, two, three] = ["one", "two", "three"].map(thread) as [
  SimulatedThread,
  SimulatedThread,
  SimulatedThread,
];

Deno.test("What is sent over a cut waits for each of several, and keeps its order", () => {
  const cuts = new Cuts();
  const log: string[] = [];
  const send = (what: string, from: SimulatedThread, to: SimulatedThread) =>
    cuts.whenReachable(from, to, () => log.push(what));
  const heal = cuts.add(["one"], ["two"]);
  send("a", one, two);
  const healOther = cuts.add(["two", "three"], ["one"]);
  send("b", one, two);
  send("back", two, one);
  send("beside", two, three);
  assertEquals(log, ["beside"]);
  heal();
  assertEquals(log, ["beside"]);
  send("c", one, two);
  healOther();
  heal();
  send("d", one, two);
  assertEquals(log, ["beside", "a", "b", "back", "c", "d"]);
});

const notebook = actor(import.meta, () => {
  const notes: number[] = [];
  return { note: (n: number) => void notes.push(n), notes: () => notes };
}).with({ on: "here" });

const writer = actor(import.meta, () => ({
  writeLater(to: ActorRef<{ note(n: number): void }>, count: number) {
    setTimeout(() => {
      for (let n = 1; n <= count; n++) to.tell.note(n);
    }, 20);
  },
})).with({ restart: "temporary" });

Deno.test("What a worker has sent over a cut arrives before the news of its death", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World({ paces: pacesBy(new Choices(seed)) });
    await world.run(async () => {
      await using system = new ActorSystem({ workers: 1 });
      const book = await system.spawn(notebook);
      const ref = await system.spawn(writer);
      await ref.ask.writeLater(book, 3);
      const heal = world.cuts.add(["main"], ["troupe host 1"]);
      await world.sleep(1_000);
      assertEquals(await book.ask.notes(), []);
      world.kill(world.alive[0]!);
      assertEquals((await ref.exited).kind, "host-lost");
      assertEquals(await book.ask.notes(), [1, 2, 3]);
      heal();
    });
  }
});
