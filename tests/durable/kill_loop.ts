/**
 * Kills a process that commits, again and again, and looks after each kill whether all that it acknowledged is there:
 * `deno run -A tests/durable/kill_loop.ts [--kills 200] [--durability disk]`.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Durability } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { within } from "../testing.ts";
import { startStore } from "./store_kit.ts";

const program = new URL("./fixtures/committer.ts", import.meta.url).href;

/** A process that commits; what it has acknowledged is noted: how many turns of each actor. */
export function startCommitter(
  file: string,
  durability: Durability,
  acknowledged: Map<string, number>,
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", program, file, durability],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const begun = Promise.withResolvers<void>();
  const read = async () => {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const [key = "", at] = line.split(" ");
        acknowledged.set(key, Number(at) + 1);
      }
      begun.resolve();
    }
  };
  const done = Promise.all([read(), new Response(child.stderr).text(), child.status]);
  return {
    begun: begun.promise,
    /** Kills it, and waits until all that it has printed is noted. */
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      const [, stderr] = await within(10_000, "the end of the process", done);
      assertEquals(stderr, "");
    },
  };
}

/** Each turn that was acknowledged is there, each turn that is there is there once. */
export async function assertKept(
  file: string,
  acknowledged: ReadonlyMap<string, number>,
): Promise<number> {
  await using store = await startStore(sqlite(file));
  let turns = 0;
  for (const [key, count] of acknowledged) {
    const { version, state } = await store.ask.load("cart", key);
    assertGreaterOrEqual(version, count, key);
    assertEquals(state, `${version}`);
    const range = { prefix: "", after: null, limit: Infinity };
    const names = (await store.ask.entries("cart", key, range)).map(([name]) => Number(name));
    const expected = Array.from({ length: version }, (_, at) => at);
    assertEquals(names.sort((a, b) => a - b), expected, key);
    turns += version;
  }
  return turns;
}

/** Kills so many processes after some time each; how many turns there are in the end. */
export async function killLoop(
  file: string,
  durability: Durability,
  kills: number,
): Promise<number> {
  const acknowledged = new Map<string, number>();
  let turns = 0;
  for (let kill = 0; kill < kills; kill++) {
    const committer = startCommitter(file, durability, acknowledged);
    // Now and then while it begins.
    if (kill % 5 !== 4) await within(20_000, "the first commit", committer.begun);
    await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
    await committer.kill();
    turns = await assertKept(file, acknowledged);
  }
  return turns;
}

if (import.meta.main) {
  const given = (name: string) => Deno.args[Deno.args.indexOf(name) + 1];
  const kills = Deno.args.includes("--kills") ? Number(given("--kills")) : 200;
  const durability = Deno.args.includes("--durability") ? given("--durability") : "disk";
  const folder = await Deno.makeTempDir();
  const turns = await killLoop(`${folder}/shop.db`, durability as Durability, kills);
  console.log(`${kills} kills, ${turns} turns, nothing lost, nothing twice`);
  await Deno.remove(folder, { recursive: true });
}
