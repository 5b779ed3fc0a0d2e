import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, keyed, type KeyedDefinition } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { until } from "../testing.ts";
import { rowsOf, Scratch } from "./scratch.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What has come, in this process. */
const came: string[] = [];
let failing = 0;

const sink = keyed(
  import.meta,
  { kind: "sink", state: () => [] as string[], postAttempts: 3, reads: ["all"] },
  (context, key) => ({
    take(what: string) {
      came.push(`${key} ${what}`);
      if (key === "b" && failing-- > 0) throw new RangeError(`not ${what}`);
      context.state.push(what);
    },
    async takeSlowly(what: string, ms: number) {
      came.push(`${key} ${what}`);
      await sleep(ms);
      context.state.push(what);
    },
    all: () => context.state,
    forget: () => context.forget(),
  }),
);

const volatile = keyed(import.meta, { kind: "volatile" }, (_context, key) => ({
  take(what: string) {
    came.push(`${key} ${what}`);
    if (failing-- > 0) throw new RangeError(`not ${what}`);
  },
}));

const unknown = keyed(import.meta, { kind: "unknown", state: () => 0 }, (context) => ({
  take: (what: string) => void (context.state += what.length),
}));

const source = keyed(
  import.meta,
  { kind: "source", state: () => ({ sent: 0 }), reads: ["sent"] },
  (context, key) => ({
    post(to: string, count: number) {
      for (let at = 0; at < count; at++) context.post(sink, to).take(`${context.state.sent++}`);
    },
    postSlow(to: string, ms: number) {
      context.post(sink, to).takeSlowly("slow", ms);
      context.post(sink, to).take("after");
    },
    postAndThrow(to: string) {
      context.post(sink, to).take("never");
      throw new Error("no");
    },
    postVolatile: (to: string) => context.post(volatile, to).take("x"),
    postUnknown: (to: string) => context.post(unknown, to).take("x"),
    postMissing(to: string) {
      // deno-lint-ignore no-explicit-any -- what the types would refuse
      (context.post(sink, to) as any).missing();
    },
    // deno-lint-ignore no-explicit-any -- what the types would refuse
    postWhat: (what: any) => context.post(sink, "x").take(what),
    postTo: (what: unknown, to: string) => void context.post(what as typeof sink, to),
    toSelf(left: number) {
      context.state.sent++;
      if (left > 0) context.post(source, key).toSelf(left - 1);
    },
    sent: () => context.state.sent,
    forget: () => context.forget(),
    postAndForget(to: string) {
      context.post(sink, to).take("before");
      context.forget();
      context.post(sink, to).take("after");
    },
  }),
);

function start(
  file = ":memory:",
  kinds: KeyedDefinition<unknown>[] = [sink, source, volatile],
): ActorSystem {
  came.length = failing = 0;
  return new ActorSystem({ workers: 0, store: sqlite(file), kinds });
}

inVirtualTime("Posts of one actor to another arrive in order, each once", async () => {
  await using system = start();
  await system.at(source, "a").ask.post("b", 50);
  await system.at(source, "a").ask.post("b", 50);
  await until(5_000, "the posts", async () => (await system.at(sink, "b").ask.all()).length >= 100);
  const expected = Array.from({ length: 100 }, (_, at) => `${at}`);
  assertEquals(await system.at(sink, "b").ask.all(), expected);
  await sleep(60_000);
  assertEquals(came, expected.map((each) => `b ${each}`));
});

inVirtualTime("More posts than are under way at a time all arrive", async () => {
  await using system = start();
  for (const from of ["1", "2", "3"]) await system.at(source, from).ask.post(from, 250);
  await until(20_000, "the posts", () => came.length >= 750);
  for (const from of ["1", "2", "3"]) {
    const all = await system.at(sink, from).ask.all();
    assertEquals(all, Array.from({ length: 250 }, (_, at) => `${at}`));
  }
});

inVirtualTime("A post leaves with the commit of its turn, or not at all", async () => {
  await using system = start();
  await assertRejects(() => system.at(source, "a").ask.postAndThrow("b"), Error, "no");
  await sleep(60_000);
  assertEquals(came, []);
});

inVirtualTime("A post whose handler throws is tried again, and those behind it wait", async () => {
  await using system = start();
  const errors: string[] = [];
  system.addEventListener("error", ({ detail }) => errors.push(`${detail.error}`));
  failing = 2;
  await system.at(source, "a").ask.post("b", 3);
  await system.at(source, "other").ask.post("c", 1);
  await sleep(500);
  // Others go on.
  assertEquals(came, ["b 0", "c 0"]);
  await sleep(10_000);
  assertEquals(came, ["b 0", "c 0", "b 0", "b 0", "b 1", "b 2"]);
  assertEquals(await system.at(sink, "b").ask.all(), ["0", "1", "2"]);
});

inVirtualTime(
  "A post that has failed too often is a dead letter that is kept, and the next follow",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    {
      await using system = start(file);
      const letters: string[] = [];
      system.addEventListener(
        "deadletter",
        ({ detail }) => letters.push(`${detail.ref.id}.${detail.handler}: ${detail.why}`),
      );
      failing = 3;
      await system.at(source, "a").ask.post("b", 2);
      await sleep(30_000);
      assertEquals(came, ["b 0", "b 0", "b 0", "b 1"]);
      assertEquals(letters.map((each) => each.replace(/post \d+/, "post")), [
        "sink/b.take: post: not 0",
      ]);
      assertEquals(await system.at(sink, "b").ask.all(), ["1"]);
    }
    assertEquals(rowsOf(file, "troupe_dead_letter").map(({ number: _, ...rest }) => rest), [{
      sender: "source/a",
      kind: "sink",
      key: "b",
      handler: "take",
      args: '["0"]',
      attempts: 3,
      failure: "not 0",
    }]);
    assertEquals(rowsOf(file, "troupe_outbox"), []);
  },
);

inVirtualTime("A post to a handler that is not there becomes a dead letter", async () => {
  await using system = start();
  const letters: string[] = [];
  system.addEventListener("deadletter", ({ detail }) => letters.push(detail.why));
  await system.at(source, "a").ask.postMissing("b");
  await sleep(30_000);
  assertEquals(
    letters.at(-1)!.replace(/post \d+/, "post"),
    'post: Cannot call "missing" of actor "sink/b": it has no such handler',
  );
});

inVirtualTime("A post that takes long is not sent again meanwhile", async () => {
  await using system = start();
  await system.at(source, "a").ask.postSlow("b", 100_000);
  await sleep(200_000);
  assertEquals(came, ["b slow", "b after"]);
  assertEquals(await system.at(sink, "b").ask.all(), ["slow", "after"]);
});

inVirtualTime("An actor without state gets posts, too", async () => {
  await using system = start();
  failing = 1;
  await system.at(source, "a").ask.postVolatile("v");
  await sleep(30_000);
  assertEquals(came, ["v x", "v x"]);
});

inVirtualTime("An actor posts to itself", async () => {
  await using system = start();
  await system.at(source, "a").ask.toSelf(10);
  await until(5_000, "the posts", async () => await system.at(source, "a").ask.sent() === 11);
});

inVirtualTime("Posts that were not delivered before the end are, after the restart", async () => {
  using folder = new Scratch();
  const { file } = folder;
  {
    await using system = start(file);
    failing = 1;
    await system.at(source, "a").ask.post("b", 3);
    await sleep(100);
    assertEquals(came, ["b 0"]);
  }
  await using system = start(file);
  await sleep(10_000);
  assertEquals(came, ["b 0", "b 1", "b 2"]);
  assertEquals(await system.at(sink, "b").ask.all(), ["0", "1", "2"]);
});

inVirtualTime("A post to a kind that nobody has waits, and holds nobody else up", async () => {
  using folder = new Scratch();
  const { file } = folder;
  {
    await using system = start(file);
    system.addEventListener("error", (event) => event.preventDefault());
    failing = 1_000;
    // More than are under way at a time.
    for (let at = 0; at < 250; at++) await system.at(source, `${at}`).ask.postVolatile(`${at}`);
    await sleep(500);
  }
  {
    await using system = start(file, [sink, source]);
    await sleep(20_000);
    await system.at(source, "a").ask.post("b", 1);
    await sleep(1_000);
    assertEquals(came, ["b 0"]);
  }
  assertEquals(rowsOf(file, "troupe_outbox").length, 250);
  {
    await using _system = start(file);
    await sleep(200_000);
    assertEquals(came.length, 250);
  }
  assertEquals(rowsOf(file, "troupe_outbox"), []);
  assertEquals(rowsOf(file, "troupe_dead_letter"), []);
});

inVirtualTime("A post to a durable kind that the system does not have is refused", async () => {
  await using system = start();
  await assertRejects(
    () => system.at(source, "a").ask.postUnknown("b"),
    TypeError,
    'Cannot post to "unknown": it has state, so the system needs it among its kinds',
  );
});

inVirtualTime(
  "forget() keeps posts that are on their way, of its own turn those after it",
  async () => {
    await using system = start();
    failing = 1;
    await system.at(source, "a").ask.post("b", 2);
    await system.at(source, "a").ask.forget();
    await system.at(source, "a").ask.postAndForget("c");
    await sleep(10_000);
    assertEquals(await system.at(sink, "b").ask.all(), ["0", "1"]);
    assertEquals(await system.at(source, "a").ask.sent(), 0);
    assertEquals(await system.at(sink, "c").ask.all(), ["before", "after"]);
  },
);

inVirtualTime("A receiver that has forgotten all does not get a post again", async () => {
  await using system = start();
  await system.at(source, "a").ask.post("b", 2);
  await sleep(1_000);
  await system.at(sink, "b").ask.forget();
  await sleep(60_000);
  assertEquals(came.length, 2);
  assertEquals(await system.at(sink, "b").ask.all(), []);
});

inVirtualTime("What cannot be posted is refused at once, and undoes the turn", async () => {
  await using system = start();
  const ref = system.at(source, "a");
  await assertRejects(
    () => ref.ask.postWhat({ deep: [new SharedArrayBuffer(1)] }),
    TypeError,
    "args[0].deep[0] is a SharedArrayBuffer",
  );
  await assertRejects(() => ref.ask.postWhat(() => {}), TypeError, "args[0]");
  await assertRejects(
    () => ref.ask.postTo(1, "x"),
    TypeError,
    "Cannot post: the first argument must come from keyed()",
  );
  await sleep(1_000);
  assertEquals(came, []);
});
