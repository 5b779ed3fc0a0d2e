import { assert, assertEquals } from "@std/assert";
import { thread } from "../../../channels/thread/thread.ts";
import {
  actor,
  type ActorRef,
  type ActorSystem,
  keyed,
  type KeyedDefinition,
  type KeyedRef,
} from "../../../mod.ts";
import { below, calm, Ledger, LOST, oneOf, retried, type Scenario } from "../scenario.ts";

/** What one activation is known by: the modules are shared by all threads of a simulation. */
interface Activation {
  readonly id: string;
  readonly thread: object;
  isOver: boolean;
}

/** What has happened in a run. */
class Notes {
  readonly activations: Activation[] = [];
  /** What was handled, by who has sent it and to whom. */
  readonly handled = new Map<string, number[]>();
  /** What must not be. */
  readonly faults: string[] = [];
  /** How many were sent, by the same. */
  readonly sent = new Map<string, number>();
  /** Whether `setup` and handlers fail now and then. */
  isFailing = false;
  /** How many messages their senders know to have failed, or have given up. */
  rejected = 0;
  /** Whether threads are lost. */
  isStormy = false;

  begin(id: string): Activation {
    const self = thread();
    for (const other of this.activations) {
      if (other.id !== id || other.isOver) continue;
      // What a lost thread was doing has no end.
      if (!this.isStormy || other.thread === self) this.faults.push(`${id} is active twice`);
    }
    const activation: Activation = { id, thread: self, isOver: false };
    this.activations.push(activation);
    return activation;
  }

  handle(activation: Activation, from: string, number: number): void {
    if (activation.isOver) this.faults.push(`${activation.id} handles ${number} after its end`);
    this.handled.getOrInsertComputed(`${from} to ${activation.id}`, () => []).push(number);
  }

  chance(share: number): boolean {
    return this.isFailing && Math.random() < share;
  }

  /** Number of the next message. */
  next(from: string, id: string): number {
    const way = `${from} to ${id}`;
    const number = (this.sent.get(way) ?? 0) + 1;
    this.sent.set(way, number);
    return number;
  }
}

let notes = new Notes();

interface Guest {
  note(from: string, number: number): number;
  rest(from: string, number: number, ms: number): Promise<number>;
  fail(from: string, number: number): never;
  later(from: string, number: number, ms: number): void;
  count(from: string, number: number, to: number): AsyncGenerator<number>;
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

function guestOf(kind: string, idleMs: number, maxActive: number): KeyedDefinition<Guest> {
  return keyed(import.meta, { kind, idleMs, maxActive }, async (context, key) => {
    const activation = notes.begin(`${kind}/${key}`);
    // Also one whose `setup` fails comes to its end.
    context.onStop(async () => {
      if (Math.random() < 0.5) await pause(5 * Math.random());
      activation.isOver = true;
    });
    if (Math.random() < 0.5) await pause(3 * Math.random());
    if (notes.chance(0.1)) throw new EvalError("setup, as told");
    let handled = 0;
    const note = (from: string, number: number): number => {
      notes.handle(activation, from, number);
      return ++handled;
    };
    return {
      note,
      async rest(from: string, number: number, ms: number) {
        const count = note(from, number);
        await pause(ms);
        if (activation.isOver) notes.faults.push(`${activation.id} ends in the midst of a turn`);
        return count;
      },
      fail(from: string, number: number): never {
        note(from, number);
        throw new RangeError("as told");
      },
      later(from: string, number: number, ms: number) {
        note(from, number);
        context.after(ms, () => {
          if (activation.isOver) notes.faults.push(`a timer of ${activation.id} after its end`);
        });
      },
      // A generator of its own begins with the turn of its first value.
      count(from: string, number: number, to: number) {
        note(from, number);
        return (async function* () {
          for (let value = 0; value < to; value++) {
            yield value;
            if (activation.isOver) notes.faults.push(`a stream of ${activation.id} after its end`);
            if (to < 10) await pause(2 * Math.random());
          }
        })();
      },
    };
  });
}

const guests = [guestOf("sim-short", 1, 2), guestOf("sim-long", 20, 1_000)];
const KEYS = ["a", "b", "c", "d", "e"];

/** How a message may end that was sent: its actor may fail before its turn has come. */
const FAILED = ["RangeError", "EvalError", "TimeoutError", ...LOST];

/** One who sends. */
function act(system: Pick<ActorSystem, "at">, from: string): Promise<unknown> | undefined {
  const kind = below(guests.length);
  const key = oneOf(KEYS);
  const id = `${kind === 0 ? "sim-short" : "sim-long"}/${key}`;
  const ref: KeyedRef<Guest> = system.at(guests[kind]!, key);
  const next = () => notes.next(from, id);
  const read = async () => {
    let step = 0;
    // Of a long one more is there than is taken ahead of time.
    const isLong = below(6) === 0;
    for await (const value of ref.stream.count(from, next(), isLong ? 40 : 1 + below(4))) {
      assertEquals(value, step++, "values of a stream");
      if (isLong && step === 1) await pause(below(60));
      if (below(8) === 0) break;
    }
  };
  const choices = [
    () => ref.ask.note(from, next()),
    () => ref.ask.note(from, next()),
    () => ref.ask.rest(from, next(), below(5)),
    () => ref.with({ timeoutMs: 3 }).ask.rest(from, next(), below(5)),
    () => ref.tell.note(from, next()),
    () => ref.tell.rest(from, next(), below(3)),
    () => ref.tell.later(from, next(), below(5)),
    () => {
      for (let n = below(10); n > 0; n--) ref.tell.note(from, next());
    },
    ...notes.isFailing ? [() => ref.ask.fail(from, next()), () => ref.tell.fail(from, next())] : [],
    read,
  ];
  const done: Promise<unknown> | undefined = oneOf<() => Promise<unknown> | void>(choices)() ??
    undefined;
  done?.catch(() => notes.rejected++);
  return done;
}

const client = actor(import.meta, (context, name: string) => ({
  async act() {
    await act(context.system, name);
  },
})).with({ concurrency: 100, onError: "resume" });

type Client = ActorRef<{ act(): Promise<void> }>;

/** Keyed actors are found by all, take what each sends in order, and lose nothing by sleeping. */
export const keyedActors: Scenario = {
  name: "keyed actors sleep without a loss",
  hosts: 3,
  faults: { kill: [0, 10], hang: [0, 1], slow: [0, 2], partition: [0, 1] },
  async run(world) {
    notes = new Notes();
    const isFailing = notes.isFailing = below(2) === 0;
    notes.isStormy = below(3) > 0;
    if (!notes.isStormy) world.calm();
    const system = world.system();
    let lost = 0;
    system.addEventListener("error", (event) => event.preventDefault());
    system.addEventListener("deadletter", () => void lost++);
    const ledger = new Ledger();
    const clients: Client[] = [];
    for (let n = 1 + below(3); n > 0; n--) {
      clients.push(await retried(() => system.spawn(client, `client ${n}`)) as Client);
    }
    const pauseMs = oneOf([0.1, 2, 10]);
    // To sleep is no reason to fail.
    const allowed = notes.isStormy || isFailing ? FAILED : ["TimeoutError"];
    for (let round = 0; round < 60; round++) {
      const from = below(clients.length + 1);
      const done = from === 0 ? act(system, "main") : clients[from - 1]!.ask.act();
      if (done !== undefined) void ledger.add(`act ${round}`, done, ...allowed);
      await world.sleep(Math.random() * pauseMs);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    notes.isFailing = false;
    for (const [kind, definition] of guests.entries()) {
      for (const key of KEYS) {
        const id = `${kind === 0 ? "sim-short" : "sim-long"}/${key}`;
        await system.at(definition, key).ask.note("main", notes.next("main", id));
      }
    }
    await world.sleep(10_000);
    assertEquals(notes.faults, []);
    let missing = 0;
    for (const [way, count] of notes.sent) {
      const numbers = notes.handled.get(way) ?? [];
      assertEquals(numbers, [...new Set(numbers)].sort((a, b) => a - b), `order or twice: ${way}`);
      missing += count - numbers.length;
    }
    if (notes.isStormy) return;
    // Nothing that fails, or sleeps, is a reason for more.
    assert(lost === 0 || isFailing, `${lost} dead letters`);
    const { rejected } = notes;
    assert(missing <= rejected + lost, `${missing} missing, ${rejected} rejected, ${lost} lost`);
    const threads = Map.groupBy(notes.activations, ({ id }) => id);
    for (const [id, some] of threads) {
      assertEquals(new Set(some.map(({ thread }) => thread)).size, 1, `${id} on two threads`);
    }
  },
};
