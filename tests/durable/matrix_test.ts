import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import {
  ActorSystem,
  HostLostError,
  MailboxFullError,
  StoreError,
  StoreInUseError,
} from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { programTest } from "../program.ts";
import { scratchFolder, until, within } from "../testing.ts";
import { holder } from "./holder.ts";
import { Acknowledged, assertBooksOf } from "./bank_loop.ts";
import { KEYS, ledger, teller } from "./fixtures/bank.ts";
import { hindered, type Hindrance } from "./fixtures/hindered.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function start(file: string, hindrance: Hindrance = {}): ActorSystem {
  const store = hindered(sqlite(file), hindrance);
  const system = new ActorSystem({ workers: 2, store, kinds: [teller, ledger] });
  system.addEventListener("error", (event) => event.preventDefault());
  return system;
}

/** Clients of one system, until they are told to end. */
class Clients {
  readonly acknowledged = new Acknowledged();
  /** What went wrong, by the name of the error. */
  readonly errors = new Map<string, number>();
  readonly #system: ActorSystem;
  readonly #all: Promise<void>[];
  #isOver = false;

  /** @param life Tells what they do from what others of the same file have done. */
  constructor(system: ActorSystem, life = "") {
    this.#system = system;
    this.#all = KEYS.flatMap((key) => [
      this.#run(key, `${life}one`),
      this.#run(key, `${life}other`),
    ]);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await within(60_000, "the answers to all clients", Promise.all(this.#all));
  }

  async #run(key: string, life: string): Promise<void> {
    const ref = this.#system.at(teller, key);
    for (let at = 0; !this.#isOver; at++) {
      const id = `${life}.${at}`;
      try {
        await ref.ask.deposit(id, 100 * Math.random());
        this.acknowledged.deposits.add(`${key}|${id}`);
      } catch (error) {
        await this.#noteError(error, `${key}|${id}`);
      }
      await this.#pay(key, id);
      if (at % 7 === 0) await ref.ask.fail(id).catch(() => {});
    }
  }

  /** Asks until it is told, or has to end. */
  async #pay(key: string, id: string): Promise<void> {
    while (!this.#isOver) {
      try {
        const receipt = await this.#system.at(teller, key).with({ once: id }).ask.pay(id);
        return void this.acknowledged.payments.set(`${key}|${id}`, receipt);
      } catch (error) {
        await this.#noteError(error);
      }
    }
  }

  async #noteError(error: unknown, deposit?: string): Promise<void> {
    const { name } = error as Error;
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
    const isSaid = error instanceof StoreError && error.reason !== "unclear";
    if (isSaid && deposit !== undefined) this.acknowledged.refused.add(deposit);
    // A system that has ended says so at once.
    await sleep(1);
  }
}

const DEATHS = [
  { how: "closes itself", die: "die" },
  { how: "has an error that nobody catches", die: "crash" },
] as const;

Deno.test.each(DEATHS)(
  "A worker that $how under load: what was acknowledged is there, its keys go on",
  async ({ die }) => {
    await using folder = await scratchFolder();
    await using system = start(`${folder.path}/bank.db`);
    const clients = new Clients(system);
    for (let death = 0; death < 2; death++) {
      const before = clients.acknowledged.deposits.size;
      await until(20_000, "deposits", () => clients.acknowledged.deposits.size > before + 30);
      const dying = system.at(teller, KEYS[death]!).ask[die]();
      await assertRejects(() => within(20_000, "the loss", dying), HostLostError);
    }
    await sleep(300);
    await clients.end();
    const deposits = await assertBooksOf(system, clients.acknowledged);
    assertGreater(deposits, 60);
    assertEquals([...clients.errors.keys()].filter((name) => name !== "HostLostError"), []);
  },
);

Deno.test.each([{ when: "before", after: false }, { when: "after", after: true }])(
  "The store's thread dies $when a commit, again and again: what was acknowledged is there, once",
  async ({ after }) => {
    await using folder = await scratchFolder();
    const hindrance = { diesAt: 40, diesAfterIt: after, together: after ? 2 : 1 };
    await using system = start(`${folder.path}/bank.db`, hindrance);
    let deaths = 0;
    system.addEventListener("host", ({ detail }) => deaths += detail.state === "lost" ? 1 : 0);
    const clients = new Clients(system);
    await until(40_000, "two deaths", () => deaths >= 2);
    await clients.end();
    await assertBooksOf(system, clients.acknowledged);
    assertEquals([...clients.errors.keys()].filter((name) => name !== "StoreError"), []);
  },
);

Deno.test("A shutdown under load: the next system goes on with all that was answered", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/bank.db`;
  const acknowledged = new Acknowledged();
  for (let life = 0; life < 2; life++) {
    await using system = start(file);
    const clients = new Clients(system, `${life}`);
    await until(20_000, "deposits", () => clients.acknowledged.deposits.size > 30);
    await within(20_000, "the shutdown", system.shutdown());
    await clients.end();
    for (const each of clients.acknowledged.deposits) acknowledged.deposits.add(each);
    for (const each of clients.acknowledged.refused) acknowledged.refused.add(each);
    for (const [id, receipt] of clients.acknowledged.payments) {
      acknowledged.payments.set(id, receipt);
    }
  }
  await using system = start(file);
  await assertBooksOf(system, acknowledged);
});

Deno.test("A slow disk: who sends too much to an actor is told, all else waits its turn", async () => {
  await using folder = await scratchFolder();
  await using system = start(`${folder.path}/bank.db`, { commitMs: 30 });
  const ref = system.at(teller, "hot");
  await ref.ask.state();
  // A turn of it takes time, so they gather in its mailbox.
  const asks = Array.from({ length: 3_000 }, (_, at) => ref.ask.deposit(`${at}`, 1e9));
  const all = await within(60_000, "all answers", Promise.allSettled(asks));
  const refused = all.filter((each) => each.status === "rejected");
  assertGreater(refused.length, 0);
  for (const { reason } of refused) assert(reason instanceof MailboxFullError, `${reason}`);
  const { deposits } = await ref.ask.state();
  assertEquals(deposits, 3_000 - refused.length);
});

programTest("Who asks an actor whose file another process has open is told so", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/bank.db`;
  const child = await holder(file);
  try {
    await using system = start(file);
    const ref = system.at(teller, "a");
    const error = await assertRejects(
      () => within(20_000, "the refusal", ref.ask.deposit("x", 1)),
      StoreInUseError,
    );
    assertEquals({ file: error.file, waitMs: error.waitMs }, { file, waitMs: 0 });
    await assertRejects(() => system.alarms(), StoreInUseError);
    // It is there as soon as that one has ended.
    child.kill("SIGKILL");
    await child.status;
    await until(20_000, "the file", () => ref.ask.deposit("y", 1).then(() => true, () => false));
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
  }
});

programTest(
  "A system that waits for a file answers when the process that has it ends",
  async () => {
    await using folder = await scratchFolder();
    const file = `${folder.path}/bank.db`;
    const child = await holder(file);
    const store = sqlite(file, { waitMs: 20_000 });
    await using system = new ActorSystem({ workers: 1, store, kinds: [teller, ledger] });
    const asking = system.at(teller, "a").ask.deposit("x", 1e9);
    await sleep(500);
    child.kill("SIGKILL");
    await child.status;
    assertEquals(await within(20_000, "the answer", asking), 1);
  },
);
