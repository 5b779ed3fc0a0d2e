import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type ActorDefinition,
  type ActorRef,
  ActorSystem,
  Supervisor,
  type TaskDefinition,
} from "../../actors/mod.ts";
import { HostLostError } from "../../channels/mod.ts";
import { orphan, orphanTask } from "../fixtures/broken_import.ts";
import { DEATHS, victim, witness } from "../fixtures/deaths.ts";
import { unreachableActor } from "../fixtures/endless_import.ts";
import { gated, holdGate } from "../fixtures/gated_module.ts";
import {
  depthOf,
  failing,
  giveFunction,
  nestArray,
  nestObject,
  slow,
  starter,
  take,
  taker,
} from "../fixtures/inputs.ts";
import { hushed, nextEvent, PLACES } from "../fixtures/life_probe.ts";
import { late } from "../fixtures/slow_module.ts";
import { simulated } from "../simulation/simulated.ts";
import { scratchFolder, within } from "../testing.ts";

class Point {
  x = 1;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  buffer.transfer();
  return buffer;
}

const REFUSED = [
  { what: "a function", make: () => ({ onDone() {} }), says: "args[0].onDone is a function" },
  { what: "a bare function", make: () => () => {}, says: "args[0] is a function" },
  { what: "a symbol", make: () => [1, Symbol("tag")], says: "args[0][1] is a symbol" },
  {
    what: "a class instance",
    make: () => ({ at: new Point() }),
    says: "args[0].at is an instance of Point",
  },
  {
    what: "a WeakMap",
    make: () => ({ a: [new WeakMap()] }),
    says: "args[0].a[0] is an instance of WeakMap",
  },
  {
    what: "a detached buffer",
    make: () => ({ b: detached() }),
    says: "args[0].b is a detached ArrayBuffer",
  },
  { what: "a promise", make: () => [Promise.resolve(1)], says: "args[0][0] is a Promise" },
].flatMap((each) => PLACES.map((place) => ({ ...each, ...place })));

simulated.each(REFUSED)(
  "ActorRef.tell throws at once for $what and sends nothing, on $where",
  async ({
    make,
    says,
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(taker);
    const error = assertThrows(() => ref.tell.take(make()), TypeError);
    assertStringIncludes(error.message, `Cannot send message: ${says}`);
    assertEquals(await ref.ask.taken(), 0);
  },
);

simulated.each(REFUSED)("ActorRef.ask rejects for $what and sends nothing, on $where", async ({
  make,
  says,
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker);
  // An error that was thrown instead would fail here.
  const asked = ref.ask.take(make());
  const error = await assertRejects(() => asked, TypeError);
  assertStringIncludes(error.message, `Cannot send message: ${says}`);
  assertEquals(await ref.ask.taken(), 0);
});

simulated.each(REFUSED)("ActorSystem.spawn() and run() reject for $what on $where", async ({
  make,
  says,
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const spawned = system.spawn(taker, make());
  await assertRejects(() => spawned, TypeError, says);
  const run = system.run(take, make());
  await assertRejects(() => run, TypeError, says);
});

simulated("ActorSystem.spawn() with a refused argument leaves its name free", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.spawn(taker.with({ name: "taker" }), () => {}), TypeError);
  const ref = await system.spawn(taker.with({ name: "taker" }));
  assertEquals(await ref.ask.taken(), 0);
});

simulated("ActorRef.tell names the argument that is refused among many", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(taker) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  const deep = new Map([["key", { list: [0, Symbol("s")] }]]);
  const error = assertThrows(() => ref.tell.take!(1, { fine: true }, deep), TypeError);
  assertEquals(error.message, 'Cannot send message: args[2].get("key").list[1] is a symbol');
});

type AnyHandlers = Record<string, (...args: unknown[]) => unknown>;

simulated.each(PLACES)("ActorRef.tell of an unknown handler is a dead letter, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  await ref.ask.take!(1);
  const letter = nextEvent(system, "deadletter");
  ref.tell.fly!(1);
  const { ref: actor, handler } = await within(20_000, "the dead letter", letter);
  assertEquals([actor.id, handler], [ref.id, "fly"]);
  assertEquals(system.deadLetters, 1);
  assertEquals([await ref.ask.taken!(), await ref.ask.restarts!()], [1, 0]);
});

simulated.each(PLACES)("ActorRef.ask of an unknown handler rejects, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker.with({ name: "tom" })) as ActorRef<unknown> as ActorRef<
    AnyHandlers
  >;
  await ref.ask.take!(1);
  const asked = ref.ask.fly!() as Promise<unknown>;
  const error = await assertRejects(() => asked, TypeError);
  assertMatch(error.message, /"fly".*"tom"/);
  assertEquals([await ref.ask.taken!(), await ref.ask.restarts!()], [1, 0]);
});

Deno.test("ActorSystem.spawn() rejects with what its module throws on import", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const neighbour = await system.spawn(taker);
  await assertRejects(() => system.spawn(orphan), RangeError, "this module is broken");
  await assertRejects(() => system.run(orphanTask), RangeError, "this module is broken");
  // Not only the first time.
  await assertRejects(() => system.spawn(orphan), RangeError, "this module is broken");
  assertEquals(await neighbour.ask.take(1), 1);
  assertEquals(await system.run(take, 1), "taken");
});

interface Vanishing {
  ghost: ActorDefinition<{ ping: () => string }, []>;
  ghostTask: TaskDefinition<[], string>;
}

Deno.test("ActorSystem.spawn() and run() reject when the module does not exist", async () => {
  await using folder = await scratchFolder();
  const path = `${folder.path}/vanishing.ts`;
  await Deno.writeTextFile(
    path,
    `import { actor, task } from "../../actors/mod.ts";
    export const ghost = actor(import.meta, () => ({ ping: () => "pong" }));
    export const ghostTask = task(import.meta, () => "done");`,
  );
  const { ghost, ghostTask }: Vanishing = await import(new URL(path, "file:").href);
  await Deno.remove(path);
  await using system = new ActorSystem({ workers: 1 });
  const neighbour = await system.spawn(taker);
  await assertRejects(() => system.spawn(ghost), Error, "vanishing.ts");
  await assertRejects(() => system.run(ghostTask), Error, "vanishing.ts");
  assertEquals(await neighbour.ask.take(1), 1);
});

simulated.each(PLACES)("ActorSystem.spawn() rejects with the error of setup on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const neighbour = await system.spawn(taker);
  await assertRejects(() => system.spawn(failing, "throws"), RangeError, "setup threw");
  await assertRejects(() => system.spawn(failing, "rejects"), RangeError, "setup rejected");
  assertEquals(await neighbour.ask.take(1), 1);
});

simulated("ActorSystem.spawn() frees the name when setup fails", async () => {
  await using system = new ActorSystem({ workers: 1 });
  for (let round = 0; round < 3; round++) {
    const spawned = system.spawn(failing.with({ name: "same" }), "throws");
    await assertRejects(() => spawned, RangeError, "setup threw");
    assertEquals(await system.find("same"), undefined);
  }
});

simulated.each(PLACES)("ActorSystem.spawn() rejects when setup never ends, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const hanging = failing.with({ startTimeoutMs: 100, name: "hanging" });
  const spawned = within(20_000, "the rejection", system.spawn(hanging, "hangs"));
  const error = await assertRejects(() => spawned, DOMException, "hanging");
  assertEquals(error.name, "TimeoutError");
  const ref = await within(20_000, "the free name", system.spawn(taker.with({ name: "hanging" })));
  assertEquals(await ref.ask.take(1), 1);
});

simulated("ActorSystemOptions.startTimeoutMs holds where the definition sets none", async () => {
  // The thread has to start within that time, too, however busy the machine is.
  await using system = new ActorSystem({ workers: 1, startTimeoutMs: 2_000 });
  const ref = await system.spawn(taker);
  const spawned = within(10_000, "the rejection", system.spawn(failing, "hangs"));
  const error = await assertRejects(() => spawned, DOMException, "2000 ms");
  assertEquals(error.name, "TimeoutError");
  assertEquals(await ref.ask.take(1), 1);
});

simulated.each((["any", "own"] as const).map((on) => ({ on })))(
  "ActorOptions.startTimeoutMs gives a worker more time to start than the system does ($on)",
  async ({ on }) => {
    await using system = new ActorSystem({ workers: 1, startTimeoutMs: 1 });
    const patient = taker.with({ on, startTimeoutMs: 20_000 });
    const ref = await within(20_000, "the start", system.spawn(patient));
    assertEquals(await ref.ask.take(1), 1);
  },
);

const LOADS = (["any", "own"] as const).flatMap((on) =>
  (["web", "thread"] as const).map((worker) => ({ on, worker }))
);

simulated.each(LOADS)(
  "ActorOptions.startTimeoutMs gives a module more time than the system does ($on, $worker)",
  async ({ on, worker }) => {
    await using system = hushed(new ActorSystem({ workers: 1, worker, startTimeoutMs: 1 }));
    const ref = await system.spawn(late.with({ on, startTimeoutMs: 20_000 }));
    assertEquals(await ref.ask.add(2), 2);
    // Its new thread has to load it again.
    await assertRejects(() => ref.ask.die("close"), HostLostError);
    assertEquals(await within(20_000, "the actor", ref.ask.add(3)), 3);
  },
);

Deno.test.each(LOADS)(
  "A worker that takes longer to start than startTimeoutMs is a timeout of what was to start there ($on, $worker)",
  async ({ on, worker }) => {
    await using system = new ActorSystem({ workers: 1, worker, startTimeoutMs: 1 });
    await using supervisor = new Supervisor({ system });
    const starts = [
      system.spawn(unreachableActor.with({ on, name: "one" })),
      supervisor.spawn(unreachableActor.with({ on, name: "two" })),
    ];
    const results = await within(20_000, "the rejections", Promise.allSettled(starts));
    const errors = results.map((result) => result.status === "rejected" ? result.reason : null);
    assertEquals(errors.map(String), [
      'TimeoutError: Cannot start actor "one": no answer within 1 ms',
      'TimeoutError: Cannot start actor "two": no answer within 1 ms',
    ]);
  },
);

Deno.test.each([LOADS[0]!, LOADS[3]!])(
  "ActorOptions.startTimeoutMs limits the load of a module on a new thread ($on, $worker)",
  async ({ on, worker }) => {
    await using system = hushed(new ActorSystem({ workers: 1, worker, startTimeoutMs: 60_000 }));
    const ref = await system.spawn(gated.with({ on, startTimeoutMs: 5_000 }));
    await using _gate = await holdGate();
    await assertRejects(() => ref.ask.die("close"), HostLostError);
    const reason = await within(20_000, "the end of the actor", ref.exited);
    assert(reason.kind === "error" && reason.error instanceof DOMException, reason.kind);
    assertMatch(reason.error.message, /load module .*gated_module.ts: .* within 5000 ms/);
  },
);

simulated("Limits of actors and tasks may be Infinity on a worker, and in messages", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const limits = { startTimeoutMs: Infinity, shutdownMs: Infinity };
  const ref = await within(20_000, "the start", system.spawn(taker.with(limits)));
  assertEquals(await ref.ask.take(taker.with(limits)), 1);
  assertEquals(await ref.ask.take(take.with({ timeoutMs: Infinity })), 2);
  await ref.stop();
});

simulated("ActorOptions.startTimeoutMs may be Infinity, on a worker as well", async () => {
  await using system = new ActorSystem({ workers: 1, startTimeoutMs: 1 });
  const parent = await system.spawn(starter.with({ startTimeoutMs: 20_000 }));
  const options = { on: "own", startTimeoutMs: Infinity } as const;
  assertEquals(await within(20_000, "the start", parent.ask.startAndTake(options)), 1);
});

Deno.test(
  "ActorOptions.startTimeoutMs ends the wait while setup keeps its thread busy",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const neighbour = await system.spawn(taker);
    const words = new Int32Array(new SharedArrayBuffer(4));
    const spawned = system.spawn(slow.with({ startTimeoutMs: 50 }), words);
    const error = await assertRejects(() => spawned, DOMException);
    assertEquals(error.name, "TimeoutError");
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    assertEquals(await neighbour.ask.take(1), 1);
  },
);

const ENDS = (["web", "thread"] as const).flatMap((worker) =>
  // A thread takes twice as long to start.
  DEATHS.map((death) => ({ worker, death, rounds: worker === "web" ? 10 : 6 }))
);

simulated.each(ENDS)("ActorRef.ask rejects when its $worker worker ends: $death", async ({
  worker,
  death,
  rounds,
}) => {
  await using system = hushed(new ActorSystem({ workers: 0, worker }));
  await inRounds(rounds, async (round) => {
    const ref = await system.spawn(victim.with({ on: "own" }));
    const neighbour = await system.spawn(victim.with({ near: ref }));
    const waiting = [ref.ask.wait(), neighbour.ask.wait()];
    const asks = [...waiting, round % 2 === 0 ? ref.ask.die(death) : ref.ask.dieLater(death)];
    const results = await within(
      20_000,
      `all rejections, round ${round}`,
      Promise.allSettled(asks),
    );
    for (const result of results) assertLost(result, death);
  });
});

simulated.each(ENDS)("ActorRef.ask of another $worker worker rejects when it ends: $death", async ({
  worker,
  death,
  rounds,
}) => {
  await using system = hushed(new ActorSystem({ workers: 0, worker }));
  const far = await system.spawn(witness.with({ on: "own" }));
  await inRounds(rounds, async (round) => {
    const ref = await system.spawn(victim.with({ on: "own" }));
    const neighbour = await system.spawn(victim.with({ near: ref }));
    // The link between the two workers is made by the last of these messages, or is there already.
    const waiting = round % 2 === 0 ? [] : [far.ask.wait(ref), far.ask.wait(neighbour)];
    const asks = [...waiting, far.ask.die(ref, death)];
    const errors = await within(20_000, `all rejections, round ${round}`, Promise.all(asks));
    for (const reason of errors) assertLost({ status: "rejected", reason }, death);
  });
  assertEquals(await far.ask.ping(), "pong");
});

/** Runs the rounds of a race, some at a time. */
async function inRounds(rounds: number, run: (round: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < rounds) await run(next++);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** Fails unless an ask was rejected because of the end of its thread. */
function assertLost(result: PromiseSettledResult<unknown>, death: string): void {
  assert(result.status === "rejected");
  assertInstanceOf(result.reason, HostLostError);
  const { cause } = result.reason;
  if (death === "throw in a timer") assertCause(cause, "thrown in a timer");
  if (death === "reject unhandled") assertCause(cause, "rejected unhandled");
}

function assertCause(cause: unknown, message: string): void {
  assertInstanceOf(cause, RangeError);
  assertEquals(cause.message, message);
}

simulated("ActorRef.exited says host-lost for all actors of a worker that ended", async () => {
  await using system = hushed(new ActorSystem({ workers: 1 }));
  const refs = [await system.spawn(victim), await system.spawn(victim)];
  const exits = Promise.all(refs.map((ref) => ref.exited));
  refs[0]!.tell.die("throw in a timer");
  const reasons = await within(20_000, "both ends", exits);
  for (const reason of reasons) {
    assert(reason.kind === "host-lost");
    assertCause(reason.error.cause, "thrown in a timer");
  }
});

simulated("ActorRef.ask of an actor on a worker that has ended rejects at once", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(victim);
  await assertRejects(() => ref.ask.die("close"), HostLostError);
  await assertRejects(() => within(3_000, "the rejection", ref.ask.ping()), HostLostError);
  await within(3_000, "stop()", ref.stop());
});

simulated("ActorSystem.spawn() starts a new worker in place of one that has ended", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(victim.with({ name: "phoenix" }));
  await assertRejects(() => ref.ask.die("exit"), HostLostError);
  const next = await system.spawn(victim.with({ name: "phoenix" }));
  assertEquals(await next.ask.ping(), "pong");
});

simulated("ActorSystem.spawn() under way rejects when its worker ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  for (let round = 0; round < 10; round++) {
    const ref = await system.spawn(victim);
    const spawned = system.spawn(failing, "hangs");
    ref.tell.die("close");
    await assertRejects(() => within(20_000, `the loss, round ${round}`, spawned), HostLostError);
  }
});

simulated.each(PLACES)(
  "ActorRef.ask: a reply that cannot cross rejects only it, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(taker);
    const asks = [ref.ask.take(1), ref.ask.giveFunction(), ref.ask.take(3)];
    const [before, refused, after] = await Promise.allSettled(asks);
    assertEquals(before, { status: "fulfilled", value: 1 });
    assert(refused?.status === "rejected");
    assertInstanceOf(refused.reason, TypeError);
    assertStringIncludes(
      refused.reason.message,
      "Cannot send reply: result.callback is a function",
    );
    assertEquals(after, { status: "fulfilled", value: 3 });
    assertEquals(await ref.ask.restarts(), 0);
  },
);

simulated.each(PLACES)("ActorSystem.run() rejects a result that cannot cross, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const run = system.run(giveFunction);
  await assertRejects(() => run, TypeError, "result[0] is a function");
  assertEquals(await system.run(take, 1), "taken");
});

const BAD_COUNTS = [-1, 1.5, NaN, Infinity].map((workers) => [`${workers}`, workers] as const);

Deno.test.each(BAD_COUNTS)("ActorSystem refuses workers: %s", (text, workers) => {
  const error = assertThrows(() => new ActorSystem({ workers }), RangeError);
  assertEquals(
    error.message,
    `Cannot create ActorSystem: workers must be a whole number >= 0, received ${text}`,
  );
});

const TIMES = ["askTimeoutMs", "startTimeoutMs", "shutdownMs"]
  .flatMap((option) => [-1, NaN].map((value) => [option, `${value}`, value] as const));

Deno.test.each(TIMES)("ActorSystem refuses %s: %s", (option, text, value) => {
  const error = assertThrows(() => new ActorSystem({ [option]: value }), RangeError);
  assertMatch(error.message, new RegExp(`^Cannot .*${option} must be >= 0, received ${text}$`));
});

Deno.test("ActorSystem refuses an unknown kind of worker", () => {
  const options = { worker: "process" as "web" };
  assertThrows(() => new ActorSystem(options), TypeError, '"process"');
});

simulated("ActorRef.with() refuses a negative timeoutMs, and NaN", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(taker);
  assertThrows(
    () => ref.with({ timeoutMs: -1 }),
    RangeError,
    "timeoutMs must be >= 0, received -1",
  );
  assertThrows(() => ref.with({ timeoutMs: NaN }), RangeError, "received NaN");
});

simulated(
  "ActorSystem.shutdown() rejects for a bad timeoutMs and can be called again",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(taker);
    await assertRejects(() => system.shutdown({ timeoutMs: -1 }), RangeError, "timeoutMs");
    await assertRejects(() => system.shutdown({ timeoutMs: NaN }), RangeError, "timeoutMs");
    assertEquals(await ref.ask.take(1), 1);
  },
);

simulated.each(PLACES)("ActorRef.ask with an aborted signal sends nothing, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker);
  const reason = new RangeError("too late");
  const asked = ref.with({ signal: AbortSignal.abort(reason) }).ask.take(1);
  assertStrictEquals(await assertRejects(() => asked), reason);
  assertEquals(await ref.ask.taken(), 0);
});

simulated.each(PLACES)("ActorRef.ask: 10 000 levels arrive, both ways, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker);
  assertEquals(await ref.ask.depth(nestArray(10_000)), 10_000);
  assertEquals(await ref.ask.depth(nestObject(10_000)), 10_000);
  assertEquals(depthOf(await ref.ask.nestedArray(10_000)), 10_000);
  assertEquals(depthOf(await ref.ask.nestedObject(10_000)), 10_000);
});

simulated.each(PLACES)("ActorRef.ask refuses a function 10 000 levels down, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker);
  let value: unknown = () => {};
  for (let level = 0; level < 10_000; level++) value = [value];
  assertThrows(() => ref.tell.take(value), TypeError, "[0][0] is a function");
  assertEquals(await ref.ask.taken(), 0);
});

simulated.each(PLACES)("ActorRef.ask: __proto__ arrives as a plain key, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(taker);
  const value = JSON.parse('{ "a": 1, "__proto__": { "polluted": true } }');
  const expected = { keys: ["a", "__proto__"], own: { polluted: true }, isPlain: true };
  assertEquals(await ref.ask.inspect(value), { ...expected, isPolluted: false });
  const back = await ref.ask.protoKey() as object;
  assertEquals(Object.keys(back), ["a", "__proto__"]);
  assertStrictEquals(Object.getPrototypeOf(back), Object.prototype);
});
