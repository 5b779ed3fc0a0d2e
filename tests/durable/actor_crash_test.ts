import { assertGreater } from "@std/assert";
import { programTest } from "../program.ts";
import { scratchFolder, within } from "../testing.ts";
import { Acknowledged, assertBooks, bankLoop, startBusy } from "./bank_loop.ts";

programTest.each([{ durability: "disk" }, { durability: "process" }] as const)(
  'Killed ten times with durability "$durability": turns, posts, alarms and replies are there, once',
  async ({ durability }) => {
    await using folder = await scratchFolder();
    assertGreater(await bankLoop(`${folder.path}/bank.db`, durability, 10), 0);
  },
);

programTest(
  "A power cut: what was acknowledged before is there, all else once or not at all",
  async () => {
    await using folder = await scratchFolder();
    const file = `${folder.path}/bank.db`;
    const acknowledged = new Acknowledged();
    const busy = startBusy(file, "disk", acknowledged);
    const copies: [file: string, before: Acknowledged][] = [];
    try {
      await within(60_000, "the first acknowledgement", busy.begun);
      for (let copy = 0; copy < 5; copy++) {
        await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
        const before = acknowledged.copy();
        const to = `${folder.path}/copy-${copy}.db`;
        while (!copyAtOnce(file, to));
        copies.push([to, before]);
      }
    } finally {
      await busy.kill();
    }
    for (const [copy, before] of copies) await assertBooks(copy, "disk", before);
  },
);

/** Copies what is on the disk, half written or not; whether it is of one moment, see `sqlite_crash_test.ts`. */
function copyAtOnce(from: string, to: string): boolean {
  const salt = () => Deno.readFileSync(`${from}-wal`).slice(16, 24).join();
  const before = salt();
  Deno.copyFileSync(from, to);
  Deno.copyFileSync(`${from}-wal`, `${to}-wal`);
  return salt() === before;
}
