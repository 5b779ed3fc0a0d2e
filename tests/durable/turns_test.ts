import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ActorSystem, keyed, StoreError } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { hindered } from "./fixtures/hindered.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What has happened, in this process: all actors of these tests live on the thread of the test. */
const log: string[] = [];
/** What turns have left behind for the test to look at. */
const kept: unknown[] = [];

interface Cart {
  items: string[];
  note?: string;
}

const hearer = keyed(import.meta, { kind: "hearer" }, (_context, key) => ({
  hear: (what: string) => void log.push(`${key} hears ${what}`),
  *values(what: string) {
    log.push(`${key} is read ${what}`);
    yield what;
  },
  ask(what: string) {
    log.push(`${key} is asked ${what}`);
    return `${key}: ${what}`;
  },
}));

const cart = keyed(
  import.meta,
  {
    kind: "cart",
    state: (): Cart => ({ items: [] }),
    reads: ["items", "slowItems", "spoil", "writes"],
  },
  (context, key) => {
    let variable = 0;
    log.push(`+${key} ${context.state.items.length}`);
    const all = (what: string) => {
      variable++;
      context.state.items.push(what);
      context.storage.set("last", what);
      context.alarm("later", { afterMs: 60_000 }).add("by alarm");
      context.post(hearer, "postbox").hear(what);
      context.system.at(hearer, "told").tell.hear(what);
    };
    return {
      add(item: string) {
        context.state.items.push(item);
        return context.state.items.length;
      },
      async addSlowly(item: string, ms: number) {
        context.state.items.push(item);
        await sleep(ms);
        context.state.note = item;
        return context.state.items.length;
      },
      items: () => context.state.items,
      async slowItems(ms: number) {
        const { items } = context.state;
        await sleep(ms);
        return items;
      },
      all,
      allAndThrow(what: string) {
        all(what);
        throw new RangeError("no");
      },
      async allAndThrowLater(what: string) {
        all(what);
        await sleep(10);
        throw new RangeError("no");
      },
      variable: () => variable,
      whole: async () => [
        context.state.items,
        await context.storage.list(),
        context.alarms().map(({ name }) => name),
      ],
      keep: () => void kept.push(context.state),
      floating() {
        void (async () => {
          await sleep(10);
          try {
            kept.push(context.state);
          } catch (error) {
            kept.push(error);
          }
        })();
      },
      later(ms: number) {
        context.after(ms, () => void context.state.items.push("by timer"));
      },
      spoil() {
        context.state.items.push("spoiled");
      },
      writes(what: string) {
        if (what === "state") context.state = { items: ["x"] };
        if (what === "storage") context.storage.set("x", 1);
        if (what === "deletion") context.storage.delete("x");
        if (what === "alarm") context.alarm("x", { afterMs: 1 }).add("x");
        if (what === "no alarm") context.clearAlarm("x");
        if (what === "post") context.post(hearer, "x").hear("x");
        if (what === "forget") context.forget();
      },
      tellAndAdd(item: string) {
        context.system.at(hearer, "told").tell.hear(item);
        context.state.items.push(item);
        return context.state.items.length;
      },
      async askAndAdd(item: string) {
        log.push(`begins ${item}`);
        const answer = await context.system.at(hearer, "asked").ask.ask(item);
        context.state.items.push(item);
        return answer;
      },
      async streamAndAdd(item: string) {
        log.push(`begins ${item}`);
        const stream = context.system.at(hearer, "read").stream.values(item);
        for await (const value of stream) context.state.items.push(value);
        return context.state.items.length;
      },
      become() {
        // deno-lint-ignore no-explicit-any -- the types do not have it
        (context as any).become({});
      },
      get: () => context,
    };
  },
);

const resumes = keyed(
  import.meta,
  { kind: "resumes", state: () => ({ count: 0 }), onError: "resume" },
  (context) => {
    let variable = 0;
    return {
      fail() {
        variable++;
        context.state.count++;
        throw new Error("no");
      },
      both: () => [variable, context.state.count],
    };
  },
);

const kinds = [cart, resumes];

function start(commitMs = 0, fullFor?: string): ActorSystem {
  log.length = kept.length = 0;
  const store = hindered(sqlite(":memory:"), { commitMs, ...fullFor !== undefined && { fullFor } });
  return new ActorSystem({ workers: 0, store, kinds });
}

/** Whether so many milliseconds have passed, but for the way to the store and back. */
function assertTook(begin: number, ms: number): void {
  assertAlmostEquals(performance.now() - begin, ms, 1);
}

inVirtualTime.each([{ how: "allAndThrow" }, { how: "allAndThrowLater" }] as const)(
  "Nothing is left of a turn that throws: neither state nor entries, alarms, posts, tells ($how)",
  async ({ how }) => {
    await using system = start();
    const ref = system.at(cart, "a");
    await ref.ask.all("one");
    await sleep(1_000);
    const before = await ref.ask.whole();
    assertEquals(before, [["one"], [["last", "one"]], ["later"]]);
    assertEquals(log.filter((each) => each.includes("hears")).sort(), [
      "postbox hears one",
      "told hears one",
    ]);
    await assertRejects(() => ref.ask[how]("two"), RangeError, "no");
    await sleep(1_000);
    assertEquals(await ref.ask.whole(), before);
    assertEquals(log.filter((each) => each.includes("two")), []);
    assertEquals((await system.alarms()).length, 1);
  },
);

inVirtualTime("Variables of setup are not rolled back: the actor is activated afresh", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.all("one");
  assertEquals(await ref.ask.variable(), 1);
  const failed = ref.ask.allAndThrow("two");
  const after = ref.ask.variable();
  await assertRejects(() => failed, RangeError, "no");
  assertEquals(await after, 0);
  assertEquals(log.filter((each) => each.startsWith("+a")), ["+a 0", "+a 1"]);
});

inVirtualTime('With onError: "resume" it goes on, with its state undone', async () => {
  await using system = start();
  const ref = system.at(resumes, "a");
  await assertRejects(() => ref.ask.fail(), Error, "no");
  await assertRejects(() => ref.ask.fail(), Error, "no");
  assertEquals(await ref.ask.both(), [2, 0]);
});

inVirtualTime("After a turn that has thrown the state is another object", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.keep();
  await ref.ask.keep();
  assertStrictEquals(kept[0], kept[1]);
  await ref.ask.allAndThrow("x").catch(() => {});
  await ref.ask.keep();
  assertNotStrictEquals(kept[1], kept[2]);
  assertEquals(kept[2], { items: [] });
});

inVirtualTime("A turn spans its awaits: none begins before it is over", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  const slow = ref.ask.addSlowly("one", 100);
  assertEquals(await ref.ask.items(), []);
  assertEquals(await Promise.all([slow, ref.ask.add("two")]), [1, 2]);
  assertEquals(await ref.ask.items(), ["one", "two"]);
});

inVirtualTime("context.state throws outside of a turn, also where one was forgotten", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.floating();
  await sleep(50);
  const error = kept[0] as Error;
  assert(error instanceof Error);
  assertEquals(error.message, 'Cannot read the state of actor "cart/a": outside of a turn of it');
  // Also while another turn goes on.
  kept.length = 0;
  await Promise.all([ref.ask.floating(), ref.ask.addSlowly("one", 50)]);
  assert(kept[0] instanceof Error);
});

inVirtualTime("What after() calls is a turn", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.later(100);
  await sleep(200);
  assertEquals(await ref.ask.items(), ["by timer"]);
});

inVirtualTime.each(
  ["state", "storage", "deletion", "alarm", "no alarm", "post", "forget"].map((what) => ({ what })),
)("A handler of reads cannot write: $what", async ({ what }) => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.add("one");
  await assertRejects(
    () => ref.ask.writes(what),
    Error,
    'of actor "cart/a": setup and handlers of reads only read',
  );
  assertEquals(await ref.ask.items(), ["one"]);
});

inVirtualTime("A handler of reads cannot change the state that it sees", async () => {
  await using system = start();
  const ref = system.at(cart, "a");
  await ref.ask.add("one");
  await assertRejects(() => ref.ask.spoil(), TypeError);
  assertEquals(await ref.ask.items(), ["one"]);
});

inVirtualTime(
  "Handlers of reads run beside a turn, and see what the last finished one has left",
  async () => {
    await using system = start(100);
    const ref = system.at(cart, "a");
    await ref.ask.add("one");
    const begin = performance.now();
    const slow = ref.ask.addSlowly("two", 1_000);
    assertEquals(await ref.ask.items(), ["one"]);
    assertTook(begin, 0);
    // One that goes on sees what there was when it looked.
    const reading = ref.ask.slowItems(2_000);
    await slow;
    assertEquals(await ref.ask.items(), ["one", "two"]);
    assertEquals(await reading, ["one"]);
  },
);

inVirtualTime(
  "The answer of a handler of reads waits for the commit of what it has seen",
  async () => {
    await using system = start(100);
    const ref = system.at(cart, "a");
    await ref.ask.items();
    const begin = performance.now();
    const adding = ref.ask.add("one");
    assertEquals(await ref.ask.items(), ["one"]);
    assertTook(begin, 100);
    await adding;
  },
);

inVirtualTime("Reply and tells leave after the commit, in the order of the turns", async () => {
  await using system = start(100);
  const ref = system.at(cart, "a");
  await ref.ask.items();
  const begin = performance.now();
  const first = ref.ask.tellAndAdd("one");
  const second = ref.ask.tellAndAdd("two");
  await sleep(99);
  assertEquals(log, ["+a 0"]);
  assertEquals(await first, 1);
  assertTook(begin, 100);
  assertEquals(await second, 2);
  assertEquals(log.slice(1), ["told hears one", "told hears two"]);
});

inVirtualTime(
  "An ask in the midst of a turn leaves when the turns before it are committed",
  async () => {
    await using system = start(100);
    const ref = system.at(cart, "a");
    await ref.ask.items();
    const begin = performance.now();
    const before = ref.ask.add("one");
    const asking = ref.ask.askAndAdd("two");
    await sleep(50);
    assertEquals(log.slice(1), ["begins two"]);
    await before;
    assertTook(begin, 100);
    await sleep(1);
    assertEquals(log.slice(2), ["asked is asked two"]);
    // It is answered before the turn itself is committed.
    assertEquals(await asking, "asked: two");
    assertTook(begin, 200);
  },
);

inVirtualTime("So does a stream that is read in the midst of a turn", async () => {
  await using system = start(100, "full");
  const ref = system.at(cart, "a");
  await ref.ask.items();
  const begin = performance.now();
  const before = ref.ask.add("one");
  const reading = ref.ask.streamAndAdd("two");
  await sleep(50);
  assertEquals(log.slice(1), ["begins two"]);
  await before;
  assertTook(begin, 100);
  assertEquals(await reading, 2);
  assertEquals(log.slice(2), ["read is read two"]);
  // Nothing is read for a turn that builds on what is lost.
  log.length = 0;
  const full = system.at(cart, "full");
  const failing = assertRejects(() => full.ask.add("too much"), StoreError);
  await assertRejects(() => full.ask.streamAndAdd("x"), StoreError);
  await failing;
  assertEquals(log, ["+full 0", "begins x"]);
});

inVirtualTime("Turns do not wait for the commit of the one before: many take one", async () => {
  await using system = start(100);
  const ref = system.at(cart, "a");
  await ref.ask.items();
  const begin = performance.now();
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => ref.ask.add(`${at}`).then((count) => order.push(count))),
  );
  assert(performance.now() - begin <= 210, `${performance.now() - begin}`);
  assertEquals(order, Array.from({ length: 50 }, (_, at) => at + 1));
});

inVirtualTime(
  "A commit that fails rejects all that was built on it, and nothing else",
  async () => {
    await using system = start(100, "full");
    const ref = system.at(cart, "full");
    const other = system.at(cart, "other");
    await Promise.all([ref.ask.add("one"), other.ask.add("one")]);
    const fine = ref.ask.tellAndAdd("two");
    const failing = ref.ask.tellAndAdd("too much");
    const building = [
      ref.ask.tellAndAdd("four"),
      ref.ask.items(),
      ref.ask.slowItems(300),
      ref.ask.addSlowly("five", 300),
      ref.ask.askAndAdd("six"),
    ];
    const beside = other.ask.add("two");
    const results = Promise.allSettled(building);
    assertEquals(await fine, 2);
    const error = await assertRejects(() => failing, StoreError, "the disk is full");
    assertEquals(error.reason, "full");
    for (const result of (await results).slice(0, 4)) {
      assertEquals(result.status, "rejected");
      const { reason } = result as PromiseRejectedResult;
      assertEquals(reason.name, "StoreError", `${reason}`);
    }
    assertEquals(await beside, 2);
    // The last one waited, and finds what is stored.
    assertEquals((await results)[4], { status: "fulfilled", value: "asked: six" });
    assertEquals(await ref.ask.items(), ["one", "two", "six"]);
    assertEquals(log.filter((each) => each.includes("hears")), ["told hears two"]);
  },
);

inVirtualTime(
  "A tell whose turn cannot be committed is an event, what it has told a dead letter",
  async () => {
    await using system = start(0, "full");
    const events: string[] = [];
    system.addEventListener("error", ({ detail }) => events.push(`error ${detail.handler}`));
    system.addEventListener("deadletter", ({ detail }) => events.push(`letter ${detail.handler}`));
    const ref = system.at(cart, "full");
    ref.tell.tellAndAdd("too much");
    await sleep(100);
    assertEquals(events.sort(), ["error tellAndAdd", "letter hear"]);
    assertEquals(await ref.ask.items(), []);
  },
);

inVirtualTime("A durable actor cannot become another, and says why", async () => {
  await using system = start();
  await assertRejects(
    () => system.at(cart, "a").ask.become(),
    TypeError,
    'Cannot become: actor "cart/a" has state',
  );
});
