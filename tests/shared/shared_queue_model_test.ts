/**
 * All interleavings of a small model of the ring of `shared/queue/_ring.ts`: two senders with two items and one, two
 * receivers that copy up to two items ahead, a ring of two bytes for at most two items, and any one sender or receiver
 * that ends at any step. Each access to shared memory is a step of its own.
 *
 * Checked in every state: what a receiver has taken is, byte by byte, an item that was sent; each at most once; those
 * of one sender in order. Checked in every state in which nobody can go on: whoever still lives has sent all its items,
 * and all that was sent was taken, if a receiver still lives.
 */
import { assert, assertEquals } from "@std/assert";

const BYTES = 2;
const CAPACITY = 2;
const ENTRIES = 4;

/** What each sender sends: items of so many bytes, each of which names the item. */
const ITEMS = [[11, 12], [21]];
const lengthOf = (item: number) => item === 12 ? 2 : 1;

interface Thread {
  /** Where it is in its program. */
  at: string;
  alive: boolean;
  /** What it has read, and how far it is. */
  own: Record<string, number>;
  /** What a receiver has copied: items by their bytes, from the number `own.first` on. */
  ahead: number[][];
}

interface State {
  latch: number;
  tail: number;
  head: number;
  table: number[];
  bytes: number[];
  threads: Thread[];
  crashes: number;
  /** Items in the order in which they were published, and taken: not part of the memory. */
  sent: number[];
  taken: number[];
}

const distance = (from: number, to: number) => (to - from + 2 * BYTES) % (2 * BYTES);

/** One step of a sender; says whether it can take one. */
function stepSender(state: State, me: number): boolean {
  const thread = state.threads[me]!;
  const { own } = thread;
  const item = ITEMS[me]![own.index!];
  switch (thread.at) {
    case "begin":
      if (item === undefined) return false;
      if (state.latch !== 0 && state.threads[state.latch - 1]!.alive) return false;
      state.latch = me + 1;
      thread.at = "look";
      return true;
    case "look": {
      // The tail cannot change; the head may be older than it looks afterwards.
      const room = BYTES -
        distance(state.table[state.head % ENTRIES]!, state.table[state.tail % ENTRIES]!);
      const fits = state.tail - state.head < CAPACITY && room >= lengthOf(item!);
      own.written = 0;
      thread.at = fits ? "write" : "give up";
      return true;
    }
    case "write":
      state.bytes[(state.table[state.tail % ENTRIES]! + own.written!++) % BYTES] = item!;
      if (own.written === lengthOf(item!)) thread.at = "place";
      return true;
    case "place":
      state.table[(state.tail + 1) % ENTRIES] =
        (state.table[state.tail % ENTRIES]! + lengthOf(item!)) % (2 * BYTES);
      thread.at = "publish";
      return true;
    case "publish":
      state.tail++;
      state.sent.push(item!);
      own.index!++;
      thread.at = "give up";
      return true;
    default:
      state.latch = 0;
      thread.at = "begin";
      return true;
  }
}

/** One step of a receiver; says whether it can take one. */
function stepReceiver(state: State, me: number): boolean {
  const thread = state.threads[me]!;
  const { own } = thread;
  switch (thread.at) {
    case "begin":
      own.head = state.head;
      if (state.head === state.tail) return false;
      thread.at = own.head - own.first! < thread.ahead.length ? "take" : "look";
      return true;
    case "look":
      own.count = Math.min(state.tail - own.head!, 2);
      own.item = own.copied = 0;
      thread.ahead = [];
      own.first = own.head!;
      thread.at = "copy";
      return true;
    case "copy": {
      // One byte, or the length of the next item.
      const place = state.table[(own.head! + own.item!) % ENTRIES]!;
      const length = distance(place, state.table[(own.head! + own.item! + 1) % ENTRIES]!);
      if (own.copied === 0) thread.ahead.push([]);
      if (length > BYTES || length === 0) {
        thread.ahead = [];
        thread.at = "begin";
        return true;
      }
      thread.ahead.at(-1)!.push(state.bytes[(place + own.copied!++) % BYTES]!);
      if (own.copied! < length) return true;
      own.copied = 0;
      if (++own.item! === own.count) thread.at = "validate";
      return true;
    }
    case "validate":
      if (state.head !== own.head) thread.ahead = [];
      thread.at = "begin";
      return true;
    default:
      thread.at = "begin";
      if (state.head !== own.head) return true;
      takeFrom(state, thread.ahead[own.head! - own.first!]!);
      state.head++;
      return true;
  }
}

function takeFrom(state: State, copy: number[]): void {
  const item = state.sent[state.head]!;
  assertEquals(copy, Array(lengthOf(item)).fill(item), "what was taken is what was sent");
  state.taken.push(item);
}

/** Runs every interleaving; gives how many states there were. */
function explore(mayCrash: boolean): number {
  const thread = (own: Record<string, number>): Thread => ({
    at: "begin",
    alive: true,
    own,
    ahead: [],
  });
  const first: State = {
    latch: 0,
    tail: 0,
    head: 0,
    table: Array(ENTRIES).fill(0),
    bytes: Array(BYTES).fill(0),
    threads: [
      thread({ index: 0 }),
      thread({ index: 0 }),
      thread({ first: 0 }),
      thread({ first: 0 }),
    ],
    crashes: mayCrash ? 1 : 0,
    sent: [],
    taken: [],
  };
  const seen = new Set<string>();
  const open = [first];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    let isStuck = true;
    for (let me = 0; me < state.threads.length; me++) {
      if (!state.threads[me]!.alive) continue;
      const next = structuredCopy(state);
      if (me < 2 ? stepSender(next, me) : stepReceiver(next, me)) {
        const key = JSON.stringify(next);
        isStuck = false;
        if (!seen.has(key)) {
          seen.add(key);
          open.push(next);
        }
      }
      if (state.crashes === 0) continue;
      const crashed = structuredCopy(state);
      crashed.crashes = 0;
      crashed.threads[me]!.alive = false;
      open.push(crashed);
    }
    if (isStuck) assertFinished(state);
  }
  return seen.size;
}

/** Much faster than `structuredClone`. */
function structuredCopy(state: State): State {
  const { threads, ...rest } = state;
  return {
    ...rest,
    table: [...state.table],
    bytes: [...state.bytes],
    sent: [...state.sent],
    taken: [...state.taken],
    threads: threads.map((thread) => ({
      ...thread,
      own: { ...thread.own },
      ahead: thread.ahead.map((copy) => [...copy]),
    })),
  };
}

function assertFinished(state: State): void {
  assertEquals(state.taken, state.sent, "all that was sent was taken, once");
  for (const [me, items] of ITEMS.entries()) {
    const own = state.sent.filter((item) => items.includes(item));
    assertEquals(own, items.slice(0, own.length), "in the order of its sender");
    if (state.threads[me]!.alive) assertEquals(own, items, "who lives has sent everything");
  }
}

Deno.test("SharedQueue's ring holds in all interleavings of a small model", () => {
  assert(explore(false) > 1_000);
});

Deno.test("SharedQueue's ring holds when a thread ends at any step of a small model", () => {
  assert(explore(true) > 10_000);
});
