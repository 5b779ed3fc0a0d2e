import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { ActorStoppedError, ActorSystem, DeadlockError, type RefOf } from "../../actors/mod.ts";
import { RemoteError, transfer } from "../../channels/mod.ts";
import { caller, envoy, scribe } from "../fixtures/asks.ts";
import { clumsy, type Unreadable } from "../fixtures/failures.ts";
import { PLACES, probe } from "../fixtures/life_probe.ts";
import { rival } from "../fixtures/rivals.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

simulated.each(PLACES)("ActorRef.ask gives the result, sync or async, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  assertEquals(await ref.ask.note("a"), 1);
  assertEquals(await ref.ask.untilAborted(AbortSignal.abort("now")), "now");
});

simulated.each(PLACES)("ActorRef.ask: many in flight each get their own reply, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const asks = Array.from({ length: 2_000 }, (_, index) => ref.ask.note(index));
  assertEquals(await Promise.all(asks), Array.from({ length: 2_000 }, (_, index) => index + 1));
});

simulated.each(PLACES)(
  "ActorRef.with({ timeoutMs }) ends an ask on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers, shutdownMs: 0 });
    const ref = await system.spawn(scribe.with({ name: "bob" }));
    const start = performance.now();
    const asked = ref.with({ timeoutMs: 50 }).ask.never();
    const error = await assertRejects(() => within(20_000, "the timeout", asked), DOMException);
    assert(performance.now() - start >= 45);
    assertEquals(error.name, "TimeoutError");
    assertMatch(error.message, /"never" of actor "bob".* 50 ms$/);
  },
);

simulated("ActorSystemOptions.askTimeoutMs ends an ask without a limit of its own", async () => {
  await using system = new ActorSystem({ workers: 1, askTimeoutMs: 50, shutdownMs: 0 });
  const ref = await system.spawn(scribe);
  const asked = within(20_000, "the timeout", ref.ask.never());
  const error = await assertRejects(() => asked, DOMException, "50 ms");
  assertEquals(error.name, "TimeoutError");
});

simulated("ActorSystemOptions.askTimeoutMs holds for asks from a worker", async () => {
  await using system = new ActorSystem({ workers: 2, askTimeoutMs: 50, shutdownMs: 0 });
  const ref = await system.spawn(scribe);
  const other = await system.spawn(envoy);
  const error = await other.with({ timeoutMs: 5_000 }).ask.askInTime(ref);
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "TimeoutError");
});

simulated("ActorRef.with({ timeoutMs: Infinity }) lifts the limit of the system", async () => {
  await using system = new ActorSystem({ workers: 1, askTimeoutMs: 20 });
  const ref = await system.spawn(scribe);
  const controller = new AbortController();
  const limited = ref.ask.untilAborted(controller.signal);
  const unlimited = ref.with({ timeoutMs: Infinity }).ask.notes();
  await assertRejects(() => limited, DOMException);
  controller.abort();
  assertEquals(await within(20_000, "the reply", unlimited), []);
});

simulated.each(PLACES)("ActorRef.with({ timeoutMs: 0 }) does not wait, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const asked = within(3_000, "the timeout", ref.with({ timeoutMs: 0 }).ask.note("a"));
  const error = await assertRejects(() => asked, DOMException);
  assertEquals(error.name, "TimeoutError");
});

simulated.each(PLACES)(
  "ActorRef.ask whose time is over never runs when it waited, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(scribe);
    const release = new AbortController();
    const held = ref.ask.hold(release.signal);
    const queued = ref.with({ timeoutMs: 20 }).ask.note("queued");
    await assertRejects(() => queued, DOMException);
    release.abort();
    assertEquals(await held, "released");
    assertEquals(await ref.ask.notes(), ["held"]);
  },
);

simulated.each(PLACES)("ActorRef.ask aborted in the mailbox never runs, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  for (let round = 1; round <= 10; round++) {
    const [release, controller] = [new AbortController(), new AbortController()];
    const held = ref.ask.hold(release.signal);
    const queued = ref.with({ signal: controller.signal }).ask.note("queued");
    const reason = new RangeError(`round ${round}`);
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => queued), reason);
    release.abort();
    assertEquals(await held, "released");
    assertEquals(await ref.ask.notes(), Array(round).fill("held"));
  }
});

simulated.each(PLACES)("ActorRef.ask aborted in a bounded mailbox makes room, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe.with({ mailbox: { capacity: 1 } }));
  const [release, controller] = [new AbortController(), new AbortController()];
  const log = await system.spawn(scribe.with({ on: "here" }));
  const held = ref.ask.hold(release.signal, log);
  await until(20_000, "the hold", async () => (await log.ask.notes()).length === 1);
  const queued = ref.with({ signal: controller.signal }).ask.note("first");
  controller.abort();
  const next = ref.ask.note("second");
  await assertRejects(() => queued, DOMException);
  release.abort();
  await held;
  assertEquals(await next, 2);
});

simulated.each(PLACES)(
  "ActorRef.ask aborted while it runs rejects with the reason, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(scribe);
    const log = await system.spawn(scribe.with({ on: "here" }));
    const [release, controller] = [new AbortController(), new AbortController()];
    const held = ref.with({ signal: controller.signal }).ask.hold(release.signal, log);
    await until(20_000, "the hold", async () => (await log.ask.notes()).length === 1);
    controller.abort("no more");
    assertEquals(await held.then(() => "resolved", (reason) => reason), "no more");
    release.abort();
    assertEquals(await within(20_000, "the next turn", ref.ask.notes()), ["held"]);
  },
);

simulated("ActorRef.ask does not care for an abort after the reply", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(scribe);
  const controller = new AbortController();
  const limited = ref.with({ signal: controller.signal, timeoutMs: 5_000 });
  assertEquals(await limited.ask.note(1), 1);
  controller.abort();
  assertEquals(await ref.ask.note(2), 2);
});

simulated.each(PLACES)("AbortSignal in a message arrives live, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const controller = new AbortController();
  const answer = ref.ask.untilAborted(controller.signal);
  controller.abort(new RangeError("the reason"));
  const reason = await within(20_000, "the abort", answer);
  assertInstanceOf(reason, RangeError);
  assertEquals(reason.message, "the reason");
});

simulated("AbortSignal in a message arrives live from worker to worker", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [ref, other] = [await system.spawn(scribe), await system.spawn(envoy)];
  // The notes that it asks for wait behind the handler that waits for the abort.
  const wide = await system.spawn(scribe.with({ concurrency: 10, near: ref }));
  const reason = await within(20_000, "the abort", other.ask.abortRemotely(wide, "from afar"));
  assertEquals(reason, "from afar");
});

simulated("AbortSignal passed on by a worker is still live", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [ref, other] = [await system.spawn(scribe), await system.spawn(envoy)];
  for (let round = 0; round < 10; round++) {
    const controller = new AbortController();
    const answer = other.ask.lend(ref, controller.signal);
    if (round % 2 === 0) await other.ask.self();
    controller.abort(`round ${round}`);
    assertEquals(await within(20_000, "the abort", answer), `round ${round}`);
  }
});

simulated.each(PLACES)("ActorRef.ask copies arguments and results, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const value = { list: [1] };
  const asked = ref.ask.change(value);
  value.list.push(9);
  const result = await asked;
  assertEquals([value.list, result.list], [[1, 9], [1, 0]]);
  result.list.length = 0;
  assertEquals(await ref.ask.notes(), [{ list: [1, 0] }]);
});

simulated.each(PLACES)("transfer() in an ask moves the buffer, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const bytes = Uint8Array.of(1, 2, 3);
  const asked = ref.ask.keep(transfer(bytes, [bytes.buffer]));
  assertEquals([bytes.byteLength, bytes.buffer.byteLength], [0, 0]);
  assertEquals(await asked, 3);
  assertEquals(await ref.ask.notes(), [Uint8Array.of(1, 2, 3)]);
});

simulated.each(PLACES)(
  "transfer() in a result moves the buffer, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(scribe);
    await ref.ask.keep(Uint8Array.of(4, 5));
    assertEquals(await ref.ask.handOver(), Uint8Array.of(4, 5));
    assertEquals(await ref.ask.keptByteLength(), 0);
  },
);

simulated.each(PLACES)("transfer() in a refused ask moves nothing, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const bytes = Uint8Array.of(1, 2, 3);
  const refused = ref.ask.note([transfer(bytes, [bytes.buffer]), () => {}]);
  await assertRejects(() => refused, TypeError, "is a function");
  assertEquals(bytes.byteLength, 3);
  assertEquals(await ref.ask.keep(bytes), 3);
});

simulated("transfer() in an ask with an aborted signal moves nothing", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(scribe);
  const bytes = Uint8Array.of(1, 2, 3);
  const aborted = ref.with({ signal: AbortSignal.abort() });
  await assertRejects(() => aborted.ask.keep(transfer(bytes, [bytes.buffer])), DOMException);
  assertEquals(bytes.byteLength, 3);
});

simulated.each(PLACES)("ActorRef.ask of oneself is refused on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(caller.with({ name: "narcissus" }));
  for (const how of ["askSelf", "askSelfLater", "askSelfByName"] as const) {
    const error = await assertRejects(
      () => within(20_000, how, ref.ask[how]()),
      DeadlockError,
      "narcissus",
    );
    assertEquals(error.circle, [`narcissus.${how}`]);
  }
  assertEquals(await ref.ask.ping(), "pong");
});

simulated("ActorRef.ask of oneself is refused through a ref that travelled", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(caller);
  await assertRejects(() => within(20_000, "the refusal", ref.ask.askSelfAs(ref)), DeadlockError);
  // deno-lint-ignore no-explicit-any -- any ref may be passed
  const travelled = await (await system.spawn(envoy)).ask.pass(ref as any);
  const asked = ref.ask.askSelfAs(travelled as unknown as typeof ref);
  await assertRejects(() => within(20_000, "the refusal", asked), DeadlockError);
});

simulated("ActorRef.ask of oneself is answered at concurrency 2", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(caller.with({ concurrency: 2 }));
  assertEquals(await ref.ask.askSelf(), "pong");
  assertEquals(await ref.ask.askSelfLater(), "pong");
});

simulated("ActorRef.ask from outside is no deadlock while a turn goes on", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(scribe);
  const release = new AbortController();
  const held = ref.ask.hold(release.signal);
  const next = ref.ask.notes();
  release.abort();
  assertEquals([await held, await next], ["released", ["held"]]);
});

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "ActorRef.ask in a circle of two names it, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ann = await system.spawn(caller.with({ name: "ann" }));
    const bob = await system.spawn(caller.with({ name: "bob" }));
    const asked = within(20_000, "the end of the circle", ann.ask.call(bob, 4_000, 50));
    const error = await assertRejects(() => asked, Error);
    assertStringIncludes(error.message, "ann.call -> bob.callBack -> ann.ping");
    assertEquals(await within(20_000, "ann again", ann.ask.ping()), "pong");
  },
);

simulated("ActorRef.ask in a circle names it also when all wait for the same time", async () => {
  await using system = new ActorSystem({ workers: 1, askTimeoutMs: 100 });
  const ann = await system.spawn(caller.with({ name: "ann" }));
  const bob = await system.spawn(caller.with({ name: "bob" }));
  const asked = ann.with({ timeoutMs: 4_000 }).ask.call(bob, 100, 100);
  const error = await assertRejects(() => asked, Error);
  assertStringIncludes(error.message, "ann.call -> bob.callBack -> ann.ping");
});

simulated.each([{ workers: 0 }, { workers: 2 }])(
  "ActorRef.ask of two actors that wait for each other in two chains names the circle, workers: $workers",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const left = await system.spawn(rival.with({ name: "left" }));
    const right = await system.spawn(rival.with({ name: "right" }));
    const asks = [left.ask.begin(log, right), right.ask.begin(log, left)];
    const settled = Promise.allSettled(asks);
    await Promise.all([log.ask.logged("left"), log.ask.logged("right")]);
    log.tell.open();
    // The end of one may be what the other one has waited for.
    const errors = (await settled).filter((each) => each.status === "rejected");
    assert(errors.length > 0);
    for (const { reason } of errors) {
      const names = /(left|right)\.begin -> (left|right)\.begin -> \1\.get/;
      assertMatch(reason.message, names);
    }
  },
);

simulated("ActorRef.ask in a circle of three names it", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const names = ["ann", "bob", "cat"];
  const spawns = names.map((name) => system.spawn(caller.with({ name })));
  const [ann, bob, cat] = await Promise.all(spawns) as [Caller, Caller, Caller];
  const asked = within(20_000, "the end of the circle", ann.ask.callAll([bob, cat, ann], 400));
  const error = await assertRejects(() => asked, Error);
  assertStringIncludes(error.message, "ann.callAll -> bob.callAll -> cat.callAll -> ann.callAll");
});

type Caller = RefOf<typeof caller>;

simulated("ActorRef.ask in a line, not a circle, is answered", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [ann, bob] = [await system.spawn(caller), await system.spawn(caller)];
  assertEquals(await ann.ask.callAll([bob], 4_000), "the end");
});

simulated.each(PLACES)("ActorRef.ask of a stopped actor rejects on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe.with({ name: "bob" }));
  await ref.stop();
  const error = await assertRejects(() => ref.ask.note(1), ActorStoppedError);
  assertMatch(error.message, /^Cannot .*"note": actor "bob" has ended$/);
  assertEquals(error.actor, "bob");
});

simulated("ActorRef.ask after shutdown() rejects", async () => {
  const system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(scribe);
  await system.shutdown();
  await assertRejects(() => within(3_000, "the rejection", ref.ask.note(1)), ActorStoppedError);
});

simulated.each(PLACES)(
  "ActorRef.stop(), terminate() and exited after shutdown(), on $where",
  async ({
    workers,
  }) => {
    const system = new ActorSystem({ workers });
    const ref = await system.spawn(scribe);
    await system.shutdown();
    // Nothing may be left open by them either.
    await within(3_000, "stop()", ref.stop());
    await within(3_000, "terminate()", ref.terminate());
    assertEquals(await within(3_000, "exited", ref.exited), { kind: "shutdown" });
  },
);

simulated.each(PLACES)("ActorRef.ask rejects with a TypeError and its cause, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  const error = await assertRejects(() => ref.ask.typeError(), TypeError, "wrong type");
  assertStrictEquals(Object.getPrototypeOf(error), TypeError.prototype);
  assertInstanceOf(error.cause, RangeError);
  assertEquals(error.cause.message, "out of range");
  assertEquals(await ref.ask.restarts(), 0);
});

simulated.each(PLACES)("ActorRef.ask rejects with an AggregateError, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  const error = await assertRejects(() => ref.ask.aggregateError(), AggregateError);
  assertInstanceOf(error.errors[0], TypeError);
  assertEquals([error.errors[0].message, error.errors[1]], ["one", "two"]);
});

simulated.each(PLACES)("ActorRef.ask rejects with a DOMException, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  const error = await assertRejects(() => ref.ask.domException(), DOMException);
  assertEquals([error.name, error.message, error.code], ["NotFoundError", "it is gone", 8]);
});

simulated.each(PLACES)(
  "ActorRef.ask rejects when a getter of the result throws, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(clumsy);
    for (const name of ["then", "next"] as const) {
      await assertRejects(() => ref.ask.resultWithGetter(name), RangeError, `no ${name}`);
    }
  },
);

Deno.test.each(PLACES)("ActorRef.ask rejects with an error of Deno, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  await assertRejects(() => ref.ask.denoError(), Deno.errors.NotFound);
});

simulated.each(PLACES)("ActorRef.ask: an unknown class is a RemoteError, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  const error = await assertRejects(() => ref.ask.paymentError(), RemoteError, "card refused");
  const { name, amount, cause } = error as RemoteError & { amount?: number };
  assertEquals([name, amount], ["PaymentError", 995]);
  assertInstanceOf(cause, TypeError);
  assertEquals(cause.message, "no such card");
});

simulated.each(PLACES)(
  "ActorRef.ask rejects with what was thrown, error or not, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(clumsy);
    const thrown = (asked: Promise<unknown>) => asked.then(() => "resolved", (reason) => reason);
    assertEquals(await thrown(ref.ask.throwText()), "only a text");
    assertEquals(await thrown(ref.ask.throwUndefined()), undefined);
    assertEquals(await thrown(ref.ask.throwObject()), { code: 7 });
    assertInstanceOf(await thrown(ref.ask.throwFunction()), TypeError);
  },
);

const UNREADABLE: Unreadable[] = [
  "a revoked Proxy",
  "a Proxy whose trap throws",
  "an error whose cause throws",
];

simulated.each(PLACES.flatMap((place) => UNREADABLE.map((what) => ({ ...place, what }))))(
  "ActorRef: what is thrown and cannot be looked at is a failure like any other, $what, on $where",
  async ({ workers, what }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(clumsy);
    const fails = (result: Promise<unknown>) =>
      within(20_000, `the failure of a handler with ${what}`, assertRejects(() => result));
    await fails(ref.ask.throwUnreadable(what));
    await fails(ref.ask.rejectUnreadable(what));
    await fails(Array.fromAsync(ref.stream.yieldUnreadable(what)));
    assertEquals(await within(20_000, "an answer of the same actor", ref.ask.restarts()), 0);
  },
);

simulated.each(PLACES)("ActorRef.ask: an error crosses without what cannot, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  const error = await assertRejects(
    () => ref.ask.throwWithFunction(),
    TypeError,
    "with a function",
  );
  assertEquals((error as TypeError & { attempts?: number }).attempts, 3);
});

simulated.each(PLACES)("ActorRef.ask: a stack shows both sides, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(clumsy);
  async function placeOrder(): Promise<void> {
    await ref.ask.paymentError();
  }
  for (const handler of ["typeError", "rejectLater"] as const) {
    const { stack = "" } = await assertRejects(async function askSomething() {
      await ref.ask[handler]();
    }, Error);
    assertStringIncludes(stack, "failures.ts");
    assertStringIncludes(stack, `"${handler}"`);
    assertStringIncludes(stack, '"clumsy"');
    assertStringIncludes(stack, "askSomething");
  }
  const { stack = "" } = await assertRejects(placeOrder, Error);
  assertStringIncludes(stack, "placeOrder");
});

simulated("ActorRef.ask: the stack of a timeout shows who asked", async () => {
  await using system = new ActorSystem({ workers: 1, shutdownMs: 0 });
  const ref = await system.spawn(scribe.with({ name: "bob" }));
  const { stack = "" } = await assertRejects(async function askTooLong() {
    await ref.with({ timeoutMs: 10 }).ask.never();
  }, DOMException);
  assertStringIncludes(stack, "askTooLong");
  assertStringIncludes(stack, '"bob"');
});
