import { assertEquals, assertRejects } from "@std/assert";
import { play } from "../../bench/harness/play.ts";
import { startGroup } from "../../bench/report/results.ts";
import { type Player, RATE, type Role } from "../../bench/harness/workload.ts";

function player(name: string, role: Role, run: () => number): Player {
  return { name, role, run: () => Promise.try(() => [run()]) };
}

Deno.test("play() lets the players take turns, and does not count the first round", async () => {
  const order: string[] = [];
  let count = 0;
  const players = ["a", "b", "c"].map((name) =>
    player(name, "troupe", () => {
      order.push(name);
      return count++;
    })
  );
  const { outcomes } = await play({ title: "work", measures: [RATE], players, rounds: 2 });
  assertEquals(order.join(""), "abcabcabc");
  assertEquals(outcomes.map(({ figures }) => figures), [[[3], [6]], [[4], [7]], [[5], [8]]]);
});

Deno.test("play() leaves out a peer that fails, and notes why", async () => {
  const { absent } = startGroup("group");
  const players = [
    player("own", "troupe", () => 1),
    player("broken", "peer", () => {
      throw new Error("does not run here");
    }),
  ];
  const { outcomes } = await play({ title: "work", measures: [RATE], players, rounds: 1 });
  assertEquals(outcomes.map(({ name }) => name), ["own"]);
  assertEquals(absent.get("broken, work"), "Error: does not run here");
});

Deno.test("play() rejects when anybody but a peer fails", async () => {
  const players = [
    player("own", "troupe", () => {
      throw new Error("lost a message");
    }),
  ];
  const playing = play({ title: "work", measures: [RATE], players });
  await assertRejects(() => playing, Error, "lost a message");
});
