import { assertEquals, assertGreater } from "@std/assert";
import { programTest } from "../program.ts";
import { scratchFolder, within } from "../testing.ts";
import { assertKept, killLoop, startCommitter } from "./kill_loop.ts";

programTest.each([{ durability: "disk" }, { durability: "process" }] as const)(
  'Killed ten times with durability "$durability": what was acknowledged is there, once',
  async ({ durability }) => {
    await using folder = await scratchFolder();
    assertGreater(await killLoop(`${folder.path}/shop.db`, durability, 10), 0);
  },
);

programTest.each([{ durability: "disk" }, { durability: "process" }] as const)(
  'A copy under load, durability "$durability", holds what was acknowledged before it began',
  async ({ durability }) => {
    await using folder = await scratchFolder();
    const file = `${folder.path}/shop.db`;
    const acknowledged = new Map<string, number>();
    const committer = startCommitter(file, durability, acknowledged);
    try {
      await within(20_000, "the first commit", committer.begun);
      for (let copy = 0; copy < 8; copy++) {
        await new Promise((resolve) => setTimeout(resolve, 100 * Math.random()));
        const before = new Map(acknowledged);
        const to = `${folder.path}/copy-${copy}.db`;
        while (!copyAtOnce(file, to));
        await assertKept(to, before);
      }
    } finally {
      await committer.kill();
    }
    assertEquals(acknowledged.size, 8);
  },
);

/**
 * Copies what is on the disk, with whatever is half written at the end. Whether it is of one moment: else what was moved
 * into the file meanwhile would be missing in both.
 */
function copyAtOnce(from: string, to: string): boolean {
  const salt = () => Deno.readFileSync(`${from}-wal`).slice(16, 24).join();
  const before = salt();
  Deno.copyFileSync(from, to);
  Deno.copyFileSync(`${from}-wal`, `${to}-wal`);
  return salt() === before;
}
