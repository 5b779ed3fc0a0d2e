import { assert, assertEquals } from "@std/assert";
import {
  actor,
  type ActorRef,
  type ActorSystem,
  keyed,
  type KeyedDefinition,
  type KeyedRef,
  StoreError,
} from "../../../mod.ts";
import { memoryStore } from "../../../testing/mod.ts";
import type { SimulatedWorld } from "../../../testing/mod.ts";
import { KeyHistory } from "../key_history.ts";
import { below, Ledger, LOST, oneOf, type Scenario } from "../scenario.ts";

/** What was told in turns, by key: the modules are shared by all threads of a simulation. */
let noted: { key: string; id: string; position: number }[] = [];

/** How many messages were told to a key. */
let told = new Map<string, number>();

function tellTo(ref: BookRef, key: string, id: string): void {
  told.set(key, (told.get(key) ?? 0) + 1);
  ref.tell.told(id);
}

/** What came to somebody who is not durable by posts. */
let posted = new Set<string>();

/** Keeps nothing but what it is told. */
const notary = keyed(import.meta, { kind: "sim-notary" }, () => ({
  note: (key: string, id: string, position: number) => void noted.push({ key, id, position }),
  hear: (id: string) => void posted.add(id),
}));

interface Book {
  /** All effects there were. */
  log: string[];
  /** The epoch of each. */
  epochs: number[];
}

/** How often things fail in handlers and `setup`; nothing does while a run looks at what there is. */
let failing = 0;

const chance = (share: number) => failing > 0 && Math.random() < share;

/** What a book does. */
type BookHandlers =
  & Record<"add" | "addAndFail" | "forget" | "publish", (id: string) => number>
  & Record<"enter" | "send", (id: string, other: string) => number>
  & Record<
    "leave" | "relay" | "receive" | "remindAgain",
    (id: string, other: string) => Promise<number>
  >
  & {
    addSlowly(id: string): Promise<number>;
    told(id: string): void;
    known(): number[];
    remind(id: string, name: string, afterMs: number): number;
    ring(id: string, name: string): number;
    steps(id: string, count: number): AsyncGenerator<number>;
    read(): string[];
    audit(): Promise<Book & { entries: [string, unknown][]; alarms: string[] }>;
  };

type BookRef = KeyedRef<BookHandlers>;

function bookOf(kind: string, onError: "restart" | "resume"): KeyedDefinition<BookHandlers> {
  return keyed(import.meta, {
    kind,
    onError,
    idleMs: 40,
    maxActive: 3,
    postAttempts: 1_000,
    state: (): Book => ({ log: [], epochs: [] }),
    reads: ["read"],
  }, async (context, key) => {
    // Half of the activations take time.
    if (chance(0.5)) await new Promise((resolve) => setTimeout(resolve, 3 * Math.random()));
    if (chance(0.02)) throw new RangeError("as told in setup");
    let known = context.state.log.length;
    const add = (id: string): number => {
      const { log, epochs } = context.state;
      log.push(id);
      epochs.push(context.epoch);
      known = log.length;
      context.system.at(notary, key).tell.note(key, id, log.length);
      return log.length;
    };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 4 * Math.random()));
    return {
      add,
      told: (id: string) => void add(id),
      async addSlowly(id: string) {
        await pause();
        return add(id);
      },
      addAndFail(id: string): number {
        add(id);
        throw new RangeError("as told");
      },
      /** Only as long as variables are what the state is. */
      known: () => [known, context.state.log.length],
      /** Keeps an entry. */
      enter(id: string, name: string) {
        context.storage.set(name, id);
        return add(`${id} enters ${name}`);
      },
      async leave(id: string, name: string) {
        await context.storage.get(name);
        context.storage.delete(name);
        return add(`${id} leaves ${name}`);
      },
      send(id: string, to: string) {
        context.post(kindOf(to), to).receive(id, key);
        return add(`${id} to ${to}`);
      },
      /** Posts to somebody who is not durable. */
      publish(id: string) {
        context.post(notary, key).hear(`${key} ${id}`);
        return add(`${id} publishes`);
      },
      async receive(id: string, from: string) {
        if (chance(0.2)) await pause();
        if (chance(0.2)) throw new RangeError("as told");
        return add(`${id} from ${from}`);
      },
      remind(id: string, name: string, afterMs: number) {
        // Some have the same time.
        const at = Math.ceil((Date.now() + afterMs) / 20) * 20;
        context.alarm(name, afterMs === 3 ? { at } : { afterMs }).ring(id, name);
        return add(`${id} sets ${name}`);
      },
      /** For the same time as it is set, also when it has come meanwhile. */
      async remindAgain(id: string, name: string) {
        const { due: at = new Date() } = context.alarms().find((each) => each.name === name) ?? {};
        const ms = at.getTime() - Date.now();
        if (ms < 40) await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms) + 2));
        context.alarm(name, { at }).ring(id, name);
        return add(`${id} sets ${name}`);
      },
      ring(id: string, name: string) {
        if (chance(0.2)) throw new RangeError("as told");
        return add(`${id} rings ${name}`);
      },
      /** Entries and alarms are gone, the list goes on. */
      forget(id: string) {
        const { log, epochs } = context.state;
        context.forget();
        context.state = { log, epochs };
        return add(`${id} forgets`);
      },
      async *steps(id: string, count: number) {
        for (let step = 0; step < count; step++) {
          const position = add(`${id} step ${step}`);
          if (step === 3) throw new RangeError("as told");
          yield position;
          if (chance(0.3)) await pause();
        }
      },
      relay: (id: string, to: string) => context.system.at(kindOf(to), to).ask.add(id),
      read: () => context.state.log,
      async audit() {
        const entries = await context.storage.list();
        return { ...context.state, entries, alarms: context.alarms().map(({ name }) => name) };
      },
    };
  });
}

/** A failure of a handler ends the life of the first kind, and not of the second. */
const kinds = [bookOf("sim-book", "restart"), bookOf("sim-tough", "resume")] as const;

function kindOf(key: string): KeyedDefinition<BookHandlers> {
  return kinds[KEYS.indexOf(key) % 2]!;
}

const client = actor(import.meta, (context) => ({
  add: (key: string, id: string) => context.system.at(kindOf(key), key).ask.add(id),
  tellAndRead(key: string, ids: readonly string[]) {
    const ref = context.system.at(kindOf(key), key);
    for (const id of ids) tellTo(ref, key, id);
    return ref.ask.read();
  },
})).with({ concurrency: 100, onError: "resume" });

type Client = ActorRef<{
  add(key: string, id: string): Promise<number>;
  tellAndRead(key: string, ids: readonly string[]): Promise<string[]>;
}>;

/** So long a shutdown takes when somebody has not ended by then. */
const SHUTDOWN_MS = 4_500;
const KEYS = ["a", "b", "c", "d"];
const NAMES = ["x", "y"];
/** How a message to an actor may end that has failed, is lost, or could not be committed. */
const FAILED = ["RangeError", "StoreError", "TimeoutError", "AbortError", ...LOST];
/** Whether an error says that nothing has changed. */
function isRefusal(error: unknown): boolean {
  if (error instanceof StoreError) return error.reason !== "unclear";
  return error instanceof RangeError;
}

/** What clients do, and have seen. */
class Clients {
  readonly histories = new Map<string, KeyHistory>();
  readonly ledger = new Ledger();
  /** Whether there is a reason for not knowing what became of a turn. */
  mayBeUnclear = false;
  /** Turns of which that is not known without one. */
  readonly unclear: string[] = [];
  readonly #world: SimulatedWorld;
  #count = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    for (const key of KEYS) this.histories.set(key, new KeyHistory(() => world.now));
  }

  /** Does something, by chance. */
  act(system: ActorSystem, clients: readonly Client[]): void {
    const key = oneOf(KEYS);
    const ref = system.at(kindOf(key), key);
    const id = `${++this.#count}`;
    const other = oneOf(KEYS);
    const name = oneOf(NAMES);
    const limited = ref.with({ timeoutMs: oneOf([5, 50, 5_000]) });
    const choices: (() => unknown)[] = [
      () => this.#write(key, id, ref.ask.add(id)),
      () => this.#write(key, id, ref.ask.add(id)),
      () => this.#write(key, id, limited.ask.addSlowly(id)),
      () => this.#write(key, id, ref.ask.addAndFail(id)),
      () => this.#write(key, `${id} enters ${name}`, ref.ask.enter(id, name)),
      () => this.#write(key, `${id} leaves ${name}`, ref.ask.leave(id, name)),
      () => this.#write(key, `${id} to ${other}`, ref.ask.send(id, other)),
      () => this.#write(key, `${id} to ${other}`, ref.ask.send(id, other)),
      () => {
        const asked = ref.ask.remind(id, name, oneOf([0, 3, 30]));
        return this.#write(key, `${id} sets ${name}`, asked);
      },
      () => this.#write(key, `${id} sets ${name}`, ref.ask.remindAgain(id, name)),
      () => this.#write(key, `${id} forgets`, ref.ask.forget(id)),
      () => this.#once(ref, key, id),
      () => this.#read(key, ref.ask.read()),
      () => this.#read(key, limited.ask.read()),
      () => this.#stream(ref, key, id, 1 + below(5)),
      // Of one that goes on after a failure variables are not undone.
      ...kindOf(key) === kinds[0] ? [() => this.#known(ref)] : [],
      () => this.#write(key, `${id} publishes`, ref.ask.publish(id)),
      () => tellTo(ref, key, `${id} told`),
      // Never in a circle.
      ...key < other ? [() => this.#write(other, id, ref.ask.relay(id, other), false)] : [],
      ...clients.map((each) => () => this.#write(key, id, each.ask.add(key, id))),
      ...clients.map((each) => () => {
        const ids = Array.from({ length: 1 + below(4) }, (_, nth) => `${id}.${nth} told`);
        return this.#read(key, each.ask.tellAndRead(key, ids));
      }),
    ];
    void oneOf(choices)();
  }

  async #write(key: string, id: string, asked: Promise<number>, isOwn = true): Promise<void> {
    const history = this.histories.get(key)!;
    const call = history.begin(id);
    // What another one says of its own turn says nothing of one that it has asked.
    asked.catch((error) => {
      if (isOwn && isRefusal(error)) history.refused(call);
      if (error instanceof StoreError && error.reason === "unclear") this.#noteUnclear(id);
    });
    const outcome = await this.ledger.add(`${key}: ${id}`, asked, ...FAILED);
    if ("value" in outcome) history.answered(call, outcome.value as number);
  }

  #noteUnclear(id: string): void {
    if (!this.mayBeUnclear) this.unclear.push(id);
  }

  /** Tries with the same id until it is answered, some times. */
  async #once(ref: BookRef, key: string, id: string): Promise<void> {
    const history = this.histories.get(key)!;
    const call = history.begin(id);
    for (let attempt = 0; attempt < 4; attempt++) {
      const asked = ref.with({ once: id, timeoutMs: oneOf([5, 5_000]) }).ask.add(id);
      const outcome = await this.ledger.add(`${key}: ${id} once`, asked, ...FAILED);
      if ("value" in outcome) history.answered(call, outcome.value as number);
      if ("value" in outcome && below(2) === 0) return;
      await this.#world.sleep(below(50));
    }
  }

  async #read(key: string, asked: Promise<string[]>): Promise<void> {
    const history = this.histories.get(key)!;
    const call = history.begin("read", true);
    const outcome = await this.ledger.add(`${key}: read`, asked, ...FAILED);
    if (!("value" in outcome)) return;
    const log = outcome.value as string[];
    history.saw(log);
    history.answered(call, log.length);
  }

  async #stream(ref: BookRef, key: string, id: string, count: number): Promise<void> {
    const history = this.histories.get(key)!;
    const read = async () => {
      let step = 0;
      // They are taken ahead of time.
      const calls = Array.from({ length: count }, (_, n) => history.begin(`${id} step ${n}`));
      for await (const position of ref.stream.steps(id, count)) {
        history.answered(calls[step++]!, position);
        if (below(6) === 0) break;
      }
    };
    await this.ledger.add(`${key}: ${id} steps`, read(), ...FAILED);
  }

  async #known(ref: BookRef): Promise<void> {
    const outcome = await this.ledger.add("known", ref.ask.known(), ...FAILED);
    if (!("value" in outcome)) return;
    const [known, length] = outcome.value as number[];
    assertEquals(known, length, "variables of a life that was undone");
  }
}

/** What a list of effects says of entries and alarms, and of messages that were posted. */
function modelOf(log: readonly string[]) {
  const entries = new Map<string, string>();
  const alarms = new Map<string, string>();
  for (const effect of log) {
    const [id = "", verb, name = ""] = effect.split(" ");
    if (verb === "enters") entries.set(name, id);
    if (verb === "leaves") entries.delete(name);
    if (verb === "sets") alarms.set(name, id);
    if (verb === "rings") {
      assertEquals(alarms.get(name), id, `rings, but is not set: ${effect}`);
      alarms.delete(name);
    }
    if (verb !== "forgets") continue;
    entries.clear();
    alarms.clear();
  }
  return { entries: [...entries].sort(), alarms: [...alarms.keys()].sort() };
}

type Audit = Awaited<ReturnType<BookRef["ask"]["audit"]>>;

/** What is there in the end must be what the clients have seen. */
function check(clients: Clients, audits: ReadonlyMap<string, Audit>): void {
  for (const [key, { log, epochs, entries, alarms }] of audits) {
    clients.histories.get(key)!.check(log);
    for (
      const [id] of log.map((each) => each.split(" ")).filter(([, verb]) => verb === "publishes")
    ) {
      assert(posted.has(`${key} ${id}`), `a post of ${key} that is not durable is lost: ${id}`);
    }
    assertEquals(epochs, epochs.toSorted((a, b) => a - b), `epochs of ${key}`);
    assert(!log.some((each) => each.endsWith(" step 3")), "a step that has failed is there");
    assertEquals({ entries, alarms }, modelOf(log), `entries and alarms of ${key}`);
    for (const { id, position } of noted.filter((each) => each.key === key)) {
      assertEquals(log[position - 1], id, `told, but not there`);
    }
  }
  for (const from of KEYS) {
    for (const to of KEYS) {
      const sent = idsOf(audits.get(from)!.log, "to", to);
      assertEquals(idsOf(audits.get(to)!.log, "from", from), sent, `posts of ${from} to ${to}`);
    }
  }
}

function idsOf(log: readonly string[], verb: string, name: string): string[] {
  return log.map((each) => each.split(" ")).filter((each) => each[1] === verb && each[2] === name)
    .map(([id]) => id!);
}

/** Looks at all once nothing is under way any more. */
async function audit(world: SimulatedWorld, system: ActorSystem): Promise<Map<string, Audit>> {
  const audits = new Map<string, Audit>();
  const look = async () => {
    for (const key of KEYS) {
      const ref = system.at(kindOf(key), key);
      audits.set(key, await ref.ask.audit());
    }
  };
  const isQuiet = () => {
    const logs = [...audits.values()].flatMap(({ log }) => log.map((each) => each.split(" ")[1]));
    const count = (verb: string) => logs.filter((each) => each === verb).length;
    const isRung = audits.values().every(({ alarms }) => alarms.length === 0);
    const isHeard = count("publishes") <= posted.size;
    return isRung && isHeard && count("to") <= count("from");
  };
  const end = world.now + 600_000;
  do {
    await world.sleep(500);
    await look();
  } while (!isQuiet() && world.now < end);
  return audits;
}

/** What was told is there, or somebody hears why not. */
class Reported {
  readonly #reports: { key: string; isUnclear: boolean }[] = [];

  listen(system: ActorSystem): void {
    const note = (ref: { id: string } | undefined, handler: string, isUnclear: boolean) => {
      const key = ref?.id.split("/")[1] ?? "";
      if (handler === "told") this.#reports.push({ key, isUnclear });
    };
    system.addEventListener("error", (event) => {
      event.preventDefault();
      const { ref, handler, error } = event.detail;
      note(ref, handler, error instanceof StoreError && error.reason === "unclear");
    });
    system.addEventListener("deadletter", ({ detail }) => note(detail.ref, detail.handler, false));
  }

  /** How many messages to a key were lost, and of how many that is not known. */
  of(key: string): { lost: number; unclear: number } {
    const reports = this.#reports.filter((each) => each.key === key);
    const unclear = reports.filter(({ isUnclear }) => isUnclear).length;
    return { lost: reports.length - unclear, unclear };
  }
}

/** Whatever dies, fails, or is slow: what was acknowledged is there, once, in one order, also after a restart. */
export const durable: Scenario = {
  name: "a turn of a durable actor is a transaction",
  hosts: 3,
  faults: { kill: [0, 8], hang: [0, 1], slow: [0, 1], partition: [0, 1] },
  async run(world) {
    noted = [];
    posted = new Set();
    told = new Map();
    failing = 1;
    const isCalm = below(4) === 0;
    /** Whether no message is lost without a word. */
    let isHeard = isCalm;
    if (isCalm) world.calm();
    const isReliable = below(4) === 0;
    const intrudes = oneOf([0, 0.05]);
    const store = memoryStore({
      faults: isReliable ? {} : {
        slowMs: oneOf([0, 2, 20]),
        refuses: oneOf([0, 0.05]),
        fails: oneOf([0, 0.05]),
        loses: oneOf([0, 0.1]),
        dies: oneOf([0, 0.05]),
        intrudes,
      },
    });
    const clients = new Clients(world);
    const reported = new Reported();
    const runs = 1 + below(3);
    for (let run = 0; run < runs; run++) {
      const system = world.system({ store, kinds: [...kinds, notary] });
      reported.listen(system);
      clients.mayBeUnclear = intrudes > 0 && !isReliable;
      const others: Client[] = [];
      for (let n = below(3); n > 0; n--) {
        await system.spawn(client).then((ref) => others.push(ref as Client), () => {});
      }
      const rounds = 10 + below(30);
      const pauseMs = oneOf([0.1, 5, 30]);
      for (let round = 0; round < rounds; round++) {
        clients.act(system, others);
        await world.sleep(Math.random() * pauseMs);
      }
      if (below(2) === 0) {
        await clients.ledger.settle(world, 120_000);
        // What was told is not waited for.
        await world.sleep(30_000);
      } else {
        // A thread that ends takes along what it was told.
        isHeard = false;
        if (below(2) === 0) { for (let host = 1; host < 6; host++) world.kill(host); }
      }
      clients.mayBeUnclear = true;
      const start = world.now;
      await system.shutdown();
      const ms = world.now - start;
      // Nothing is in its way.
      if (isCalm && isReliable) assert(ms < SHUTDOWN_MS, `the shutdown takes ${ms} ms`);
      await clients.ledger.settle(world, 120_000);
    }
    world.calm();
    store.calm();
    failing = 0;
    const system = world.system({ store, kinds: [...kinds, notary] });
    const audits = await audit(world, system);
    check(clients, audits);
    assertEquals(clients.unclear, [], "nobody knows, and nobody has come between");
    for (const [key, { log }] of isHeard ? audits : []) {
      const there = log.filter((each) => each.endsWith(" told")).length;
      const count = told.get(key) ?? 0;
      const what = `of ${count} told to ${key} ${there} are there`;
      const { lost, unclear } = reported.of(key);
      assert(there + lost <= count && there + lost + unclear >= count, what);
    }
  },
};
