import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorSystem,
  DefinitionError,
  keyed,
  type KeyedDefinition,
  type KeyedRef,
  StateVersionError,
} from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime, simulated } from "../simulation/simulated.ts";
import { rowsOf, Scratch } from "./scratch.ts";

/** What was called, in this process. */
const log: string[] = [];

const FIRST = keyed(
  import.meta,
  { kind: "person", state: (key): { name: string } => ({ name: key }) },
  (context) => ({
    rename: (name: string) => void (context.state.name = name),
    get: (): unknown => context.state,
  }),
);

interface Second {
  names: string[];
}

const SECOND = keyed(
  import.meta,
  {
    kind: "person",
    version: 3,
    reads: ["look"],
    state: (key): Second => ({ names: [key] }),
    migrate(old: { name: string }, from): Second {
      log.push(`from ${from}`);
      if (old.name === "bad") throw new RangeError("cannot be read");
      return { names: [old.name] };
    },
  },
  (context) => ({
    add: (name: string) => void context.state.names.push(name),
    get: (): unknown => context.state,
    look: (): unknown => context.state,
  }),
);

function start(file: string, kinds: KeyedDefinition<unknown>[]): ActorSystem {
  log.length = 0;
  return new ActorSystem({ workers: 0, store: sqlite(file), kinds });
}

simulated(
  "An older state is migrated when it is read, and written with the next change",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    {
      await using system = start(file, [FIRST]);
      await system.at(FIRST, "a").ask.rename("Ada");
    }
    {
      await using system = start(file, [SECOND]);
      assertEquals(await system.at(SECOND, "a").ask.look(), { names: ["Ada"] });
      assertEquals(log, ["from 1"]);
    }
    assertEquals(rowsOf(file, "troupe_state")[0]!.state, '{"name":"Ada"}');
    {
      await using system = start(file, [SECOND]);
      await system.at(SECOND, "a").ask.add("Lovelace");
      assertEquals(await system.at(SECOND, "a").ask.get(), { names: ["Ada", "Lovelace"] });
      assertEquals(await system.at(SECOND, "b").ask.get(), { names: ["b"] });
    }
    const [row] = rowsOf(file, "troupe_state");
    assertEquals([row!.state, row!.state_version], ['{"names":["Ada","Lovelace"]}', 3]);
    await using system = start(file, [SECOND]);
    assertEquals(await system.at(SECOND, "a").ask.get(), { names: ["Ada", "Lovelace"] });
    assertEquals(log, []);
  },
);

simulated(
  "A migration that throws is the error of who asks, and leaves the state as it is",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    {
      await using system = start(file, [FIRST]);
      await system.at(FIRST, "a").ask.rename("bad");
    }
    {
      await using system = start(file, [SECOND]);
      await assertRejects(() => system.at(SECOND, "a").ask.get(), RangeError, "cannot be read");
      await assertRejects(() => system.at(SECOND, "a").ask.add("x"), RangeError, "cannot be read");
    }
    assertEquals(rowsOf(file, "troupe_state")[0]!.state, '{"name":"bad"}');
  },
);

inVirtualTime("A state that is newer than the code is refused, with back-off", async () => {
  using folder = new Scratch();
  const { file } = folder;
  {
    await using system = start(file, [SECOND]);
    await system.at(SECOND, "a").ask.add("x");
  }
  {
    await using system = start(file, [FIRST]);
    const ref = system.at(FIRST, "a");
    const error = await assertRejects(() => ref.ask.get(), StateVersionError);
    assert(error.message.includes("person/a") && error.message.includes("3"), error.message);
    const begin = performance.now();
    for (let time = 0; time < 3; time++) {
      await assertRejects(() => ref.ask.get(), StateVersionError);
    }
    // 50, 100 and 200 ms.
    assert(performance.now() - begin >= 349, `${performance.now() - begin}`);
    // Others are as ever.
    assertEquals(await system.at(FIRST, "b").ask.get(), { name: "b" });
  }
  assertEquals(rowsOf(file, "troupe_state")[0]!.state, '{"names":["a","x"]}');
});

const SHARED = { list: [] as string[], map: new Map<string, Set<string>>() };

const lazy = keyed(
  import.meta,
  { kind: "lazy", state: () => SHARED, reads: ["get", "spoil"] },
  (context) => ({
    add(what: string) {
      context.state.list.push(what);
      context.state.map.set(what, new Set([what]));
    },
    addAndThrow(what: string) {
      context.state.list.push(what);
      throw new Error("no");
    },
    get: () => context.state,
    spoil(how: "list" | "map" | "set" | "deletion") {
      const { list, map } = context.state;
      if (how === "list") list.push("x");
      if (how === "map") map.set("x", new Set());
      if (how === "set") map.get("one")!.add("x");
      if (how === "deletion") map.clear();
    },
    forget() {
      context.forget();
      context.state.list.push("anew");
    },
  }),
);

simulated("A state that begins as one object for all is each actor's own", async () => {
  await using system = start(":memory:", [lazy]);
  const ref = system.at(lazy, "a");
  assertEquals(await ref.ask.get(), { list: [], map: new Map() });
  await assertRejects(() => ref.ask.addAndThrow("never"), Error, "no");
  await ref.ask.add("one");
  await system.at(lazy, "b").ask.forget();
  assertEquals((await ref.ask.get()).list, ["one"]);
  assertEquals((await system.at(lazy, "b").ask.get()).list, ["anew"]);
  assertEquals(SHARED, { list: [], map: new Map() });
});

simulated("What handlers of reads see cannot be changed, however deep", async () => {
  await using system = start(":memory:", [lazy]);
  const ref = system.at(lazy, "a");
  await ref.ask.add("one");
  for (const how of ["list", "map", "set", "deletion"] as const) {
    await assertRejects(() => ref.ask.spoil(how), TypeError, undefined, how);
  }
  assertEquals(await ref.ask.get(), { list: ["one"], map: new Map([["one", new Set(["one"])]]) });
  await ref.ask.add("two");
  assertEquals((await ref.ask.get()).map.size, 2);
});

class Money {
  constructor(readonly cents: number) {}
}

const box = keyed(
  import.meta,
  { kind: "box", state: (): { value: unknown } => ({ value: null }) },
  (context) => ({
    // What comes as a text is a program, since what cannot be stored cannot be sent either.
    put: (value: unknown) => void (context.state.value = value),
    // deno-lint-ignore no-explicit-any -- a state of whatever kind
    make: (make: keyof typeof MAKE) => void (context.state as any).value.push(MAKE[make]()),
    get: () => context.state.value,
    replace: (state: { value: unknown }) => void (context.state = state),
    putRef: (key: string) => void (context.state.value = [context.system.at(box, key)]),
    askRef: (value: unknown) =>
      (context.state.value as [KeyedRef<{ put(value: unknown): void }>])[0].ask.put(value),
  }),
);

const MAKE = {
  "a function": () => () => {},
  "a symbol": () => Symbol("x"),
  "a SharedArrayBuffer": () => new SharedArrayBuffer(8),
  "a ReadableStream": () => new ReadableStream(),
  "a MessagePort": () => {
    const { port1, port2 } = new MessageChannel();
    port1.close();
    port2.close();
    return port1;
  },
  "a WeakMap": () => new WeakMap(),
};

simulated("Everything that messages may hold comes back from the file", async () => {
  using folder = new Scratch();
  const { file } = folder;
  const shared = { x: 1 };
  const value = {
    plain: [1, "two", true, null, { deep: [[]] }],
    undefined: [undefined],
    numbers: [NaN, Infinity, -0, 2n ** 70n],
    date: new Date(0),
    map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "1"])]]),
    pattern: /a+/gi,
    bytes: new Uint8Array([1, 2, 255]),
    floats: new Float64Array([0.1, NaN]),
    buffer: new ArrayBuffer(4),
    error: new RangeError("out"),
    twice: [shared, shared],
    text: "ü 🎭 \u0000 '",
    keys: { "__proto__x": 1, "": 2 },
  };
  {
    await using system = start(file, [box]);
    await system.at(box, "a").ask.put(value);
  }
  await using system = start(file, [box]);
  const back = await system.at(box, "a").ask.get() as typeof value;
  assertEquals({ ...back, error: null }, { ...value, error: null });
  assert(back.error instanceof RangeError && back.error.message === "out");
  assert(back.twice[0] === back.twice[1]);
});

simulated("A state that leads back to itself comes back so", async () => {
  using folder = new Scratch();
  const { file } = folder;
  const ring: unknown[] = [1];
  ring.push(ring);
  {
    await using system = start(file, [box]);
    await system.at(box, "a").ask.put(ring);
  }
  await using system = start(file, [box]);
  const back = await system.at(box, "a").ask.get() as unknown[];
  assert(back[1] === back && back[0] === 1);
});

simulated.each(Object.keys(MAKE).map((what) => ({ what: what as keyof typeof MAKE })))(
  "A state that holds $what is refused by path, and is as before",
  async ({ what }) => {
    await using system = start(":memory:", [box]);
    const ref = system.at(box, "a");
    await ref.ask.put(["fine"]);
    await assertRejects(() => ref.ask.make(what), TypeError, "state.value[1]");
    assertEquals(await ref.ask.get(), ["fine"]);
  },
);

simulated("A state can be put in the place of the one before", async () => {
  await using system = start(":memory:", [box]);
  const ref = system.at(box, "a");
  await ref.ask.replace({ value: 5 });
  assertEquals(await ref.ask.get(), 5);
});

simulated("A reference to a keyed actor comes back in another system", async () => {
  using folder = new Scratch();
  const { file } = folder;
  {
    await using system = start(file, [box]);
    await system.at(box, "a").ask.putRef("b");
  }
  await using system = start(file, [box]);
  await system.at(box, "a").ask.askRef("by reference");
  assertEquals(await system.at(box, "b").ask.get(), "by reference");
  const [ref] = await system.at(box, "a").ask.get() as [KeyedRef<unknown>];
  assertEquals(ref.id, system.at(box, "b").id);
});

simulated("An instance of a class comes back as messages bring it", async () => {
  await using system = start(":memory:", [box]);
  const ref = system.at(box, "a");
  let sent: unknown;
  try {
    await ref.ask.put(new Money(5));
    sent = await ref.ask.get();
  } catch (error) {
    sent = (error as Error).name;
  }
  assert(sent === "TypeError" || (sent as Money).cents === 5, `${sent}`);
});

Deno.test("A durable kind needs a store, and to be among the kinds; a kind is one definition", async () => {
  {
    await using system = new ActorSystem({ workers: 0 });
    assertThrows(
      () => system.at(box, "a"),
      TypeError,
      'Cannot address "box": it has state, so the system needs a store',
    );
    await assertRejects(() => system.alarms(), TypeError, "store");
  }
  {
    await using system = new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [FIRST] });
    assertThrows(
      () => system.at(box, "a"),
      TypeError,
      'Cannot address "box": it has state, so the system needs it among its kinds',
    );
    assertThrows(() => system.at(SECOND, "a"), DefinitionError, 'Cannot use kind "person"');
  }
  assertThrows(
    () => new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [FIRST, SECOND] }),
    DefinitionError,
    'Cannot use kind "person"',
  );
  assertThrows(() => new ActorSystem({ kinds: [{}] as never }), TypeError, "kinds");
  assertThrows(() => new ActorSystem({ store: {} as never }), TypeError, "store");
});

const OPTIONS: [what: string, options: unknown, message: string][] = [
  ["state without kind", { state: () => 0 }, "with state it needs a kind"],
  ["state no function", { kind: "x", state: 0 }, "state must be a function"],
  ["concurrency", { kind: "x", state: () => 0, concurrency: 2 }, "concurrency must be 1"],
  ["version 0", { kind: "x", state: () => 0, version: 0 }, "version"],
  ["version 1.5", { kind: "x", state: () => 0, version: 1.5 }, "version"],
  ["migrate", { kind: "x", state: () => 0, migrate: 1 }, "migrate must be a function"],
  ["reads", { kind: "x", state: () => 0, reads: "all" }, "reads must be a list"],
  ["durability", { kind: "x", state: () => 0, durability: "maybe" }, "durability"],
  ["postAttempts", { kind: "x", state: () => 0, postAttempts: 0 }, "postAttempts"],
  ["version without state", { kind: "x", version: 2 }, "version is for durable actors"],
  ["reads without state", { kind: "x", reads: [] }, "reads is for durable actors"],
];

Deno.test("keyed() refuses options of durable actors that will not do", () => {
  for (const [what, options, message] of OPTIONS) {
    assertThrows(
      () => keyed(import.meta, options as { kind: string }, () => ({})),
      Error,
      message,
      what,
    );
  }
});
