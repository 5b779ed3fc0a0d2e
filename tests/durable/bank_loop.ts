/**
 * Kills a process whose durable actors are busy, again and again:
 * `deno run -A tests/durable/bank_loop.ts [--kills 200] [--durability disk]`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ActorSystem, Durability } from "../../actors/mod.ts";
import { until, within } from "../testing.ts";
import { KEYS, ledger, startBank, teller } from "./fixtures/bank.ts";

const program = new URL("./fixtures/bank.ts", import.meta.url).href;

/** What the clients of all lives have been told. */
export class Acknowledged {
  /** Deposits, as `key|id`. */
  readonly deposits = new Set<string>();
  /** Deposits of which was said that nothing of them is stored, as `key|id`. */
  readonly refused = new Set<string>();
  /** Payments that were begun, and their receipts once there was one. */
  readonly payments = new Map<string, number | null>();

  copy(): Acknowledged {
    const copy = new Acknowledged();
    for (const each of this.deposits) copy.deposits.add(each);
    for (const [each, receipt] of this.payments) copy.payments.set(each, receipt);
    return copy;
  }

  note(line: string): void {
    const [what = "", rest = ""] = [
      line.slice(0, line.indexOf(" ")),
      line.slice(line.indexOf(" ") + 1),
    ];
    const [key, id, receipt] = rest.split("|");
    const name = `${key}|${id}`;
    if (what === "deposit") this.deposits.add(name);
    else if (what === "try") this.payments.set(name, null);
    else if (what === "payment") this.#paid(name, Number(receipt));
    else throw new Error(`Unexpected line: ${line}`);
  }

  #paid(name: string, receipt: number): void {
    const before = this.payments.get(name);
    // Who asks again is told the same.
    if (typeof before === "number") assertEquals(receipt, before, name);
    this.payments.set(name, receipt);
  }

  /** Payments to try again: those without a receipt, and some with one. */
  retries(): string[] {
    return [...this.payments].filter(([, receipt], at) => receipt === null || at % 50 === 0)
      .slice(-100).map(([name]) => name.split("|").reverse().join("="));
  }
}

let lives = 0;

/** Starts a process that is busy until it is killed. */
export function startBusy(file: string, durability: Durability, acknowledged: Acknowledged) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", program]
      .concat(file, durability, `${++lives}`, acknowledged.retries()),
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
      for (const line of lines) acknowledged.note(line);
      begun.resolve();
    }
  };
  const done = Promise.all([read(), new Response(child.stderr).text(), child.status]);
  return {
    /** It has acknowledged something. */
    begun: Promise.race([
      begun.promise,
      done.then(([, stderr]) => {
        throw new Error(`It has ended: ${stderr}`);
      }),
    ]),
    /** Kills it, and waits until all that it has printed is noted. */
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      const [, stderr] = await within(20_000, "the end of the process", done);
      assertEquals(stderr, "");
    },
  };
}

/** Whether all that was acknowledged is there, and nothing is there twice; how many deposits there are. */
export async function assertBooks(
  file: string,
  durability: Durability,
  acknowledged: Acknowledged,
): Promise<number> {
  await using system = startBank(file, durability, 0);
  return await assertBooksOf(system, acknowledged);
}

/** The same of a system that runs. */
export async function assertBooksOf(
  system: ActorSystem,
  acknowledged: Acknowledged,
): Promise<number> {
  const settled = async () => {
    const notes = await Promise.all(KEYS.map((key) => system.at(ledger, key).ask.all()));
    const tellers = await Promise.all(KEYS.map((key) => system.at(teller, key).ask.state()));
    const deposits = tellers.reduce((sum, { deposits }) => sum + deposits, 0);
    return (await system.alarms()).length === 0 && notes.flat().length >= deposits;
  };
  await until(60_000, "all that is due", settled);
  let deposits = 0;
  for (const key of KEYS) {
    const all = new Map(await system.at(teller, key).ask.all() as [string, number][]);
    const state = await system.at(teller, key).ask.state();
    const named = (what: string) => [...all.keys()].filter((name) => name.startsWith(what));
    // Nothing has happened twice, nothing of a turn that threw has.
    for (const [name, times] of all) assertEquals(times, 1, `${key}: ${name}`);
    assertEquals(named("failed"), []);
    assertEquals(state.deposits, named("deposit").length, key);
    assertEquals(state.receipts, named("payment").length, key);
    // Of each deposit the alarm has gone off and the post has come.
    const ids = named("deposit").map((name) => name.slice("deposit ".length)).sort();
    assertEquals(named("ring").map((name) => name.slice("ring ".length)).sort(), ids, key);
    const notes = await system.at(ledger, key).ask.all() as [string, number][];
    assertEquals(notes.map(([id]) => id).sort(), ids, key);
    for (const [id, times] of notes) assertEquals(times, 1, `${key}: note ${id}`);
    for (const name of acknowledged.deposits) {
      const [owner, id] = name.split("|");
      if (owner === key) assert(all.has(`deposit ${id}`), `deposit ${id} of ${key} is lost`);
    }
    for (const name of acknowledged.refused) {
      const [owner, id] = name.split("|");
      if (owner === key) assert(!all.has(`deposit ${id}`), `deposit ${id} of ${key} was refused`);
    }
    for (const [name, receipt] of acknowledged.payments) {
      const [owner, id] = name.split("|");
      if (owner !== key || receipt === null) continue;
      assert(all.has(`payment ${id}`), `payment ${id} of ${key} is lost`);
      // Who asks again now is told the same.
      assertEquals(await system.at(teller, key).with({ once: id! }).ask.pay(id!), receipt, name);
    }
    deposits += ids.length;
  }
  return deposits;
}

/** Kills so many processes after some time each; how many deposits there are in the end. */
export async function bankLoop(
  file: string,
  durability: Durability,
  kills: number,
): Promise<number> {
  const acknowledged = new Acknowledged();
  for (let kill = 0; kill < kills; kill++) {
    const busy = startBusy(file, durability, acknowledged);
    busy.begun.catch(() => {});
    // Now and then while it begins.
    if (kill % 5 !== 4) await within(60_000, "the first acknowledgement", busy.begun);
    await new Promise((resolve) => setTimeout(resolve, 400 * Math.random()));
    await busy.kill();
    if (kill % 20 === 19) await assertBooks(file, durability, acknowledged);
  }
  const deposits = await assertBooks(file, durability, acknowledged);
  assert(deposits >= acknowledged.deposits.size && acknowledged.deposits.size > 0);
  return deposits;
}

if (import.meta.main) {
  const given = (name: string) => Deno.args[Deno.args.indexOf(name) + 1];
  const kills = Deno.args.includes("--kills") ? Number(given("--kills")) : 200;
  const durability = Deno.args.includes("--durability") ? given("--durability") : "disk";
  const folder = await Deno.makeTempDir();
  const deposits = await bankLoop(`${folder}/bank.db`, durability as Durability, kills);
  console.log(`${kills} kills, ${deposits} deposits, nothing lost, nothing twice`);
  await Deno.remove(folder, { recursive: true });
}
