import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { expectDeadLetters, expectExit, expectNoErrors, expectRestart } from "../../testing/mod.ts";
import { victim } from "../fixtures/deaths.ts";
import { fragile } from "../fixtures/kit_actors.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** Keeps what fails on purpose from being printed, after whoever looks at it. */
function hush(system: ActorSystem): void {
  system.addEventListener("error", (event) => event.preventDefault());
}

/** Keeps what the system prints to itself, up to the end of the scope. */
function muted(): Disposable {
  const { error } = console;
  console.error = () => {};
  return {
    [Symbol.dispose]() {
      console.error = error;
    },
  };
}

/** The message with which an expectation fails. */
async function failureOf(expectation: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(expectation, Error);
  assertEquals(error.name, "AssertionError");
  return error.message;
}

simulated.each(PLACES)(
  "expectRestart resolves when an action makes an actor restart, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(fragile);
    const { reason, restarts } = await expectRestart(system, ref, () => ref.ask.fail("once"));
    assertEquals(restarts, 1);
    assert(reason.kind === "error" && reason.error instanceof RangeError);
    assertEquals(await ref.ask.restarts(), 1);
  },
);

simulated("expectRestart waits for a restart that nothing here causes", async () => {
  await using system = new ActorSystem({ workers: 0 });
  hush(system);
  const [ref, other] = await Promise.all([system.spawn(fragile), system.spawn(fragile)]);
  const restart = expectRestart(system, ref);
  await expectRestart(system, other, () => other.tell.fail("not this one"));
  ref.tell.fail("this one");
  assertEquals((await restart).ref.id, ref.id);
});

simulated("expectRestart says when an actor ended instead", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile.with({ name: "brittle", restart: "temporary" }));
  const error = await assertRejects(
    () => expectRestart(system, ref, () => ref.ask.fail("gone")),
    Error,
    'Expected actor "brittle" to restart, but it ended with "error": RangeError: gone.',
  );
  assert(error.cause instanceof RangeError);
});

simulated("expectRestart says when nothing happened, and why its action failed", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile.with({ name: "solid", onError: "resume" }));
  const action = () => ref.ask.fail("resumed");
  const error = await assertRejects(
    () => expectRestart(system, ref, action, { withinMs: 10 }),
    Error,
    'Expected actor "solid" to restart within 10 ms, but it did not.',
  );
  assert(error.cause instanceof RangeError);
});

simulated.each(PLACES)("expectExit gives the reason of an end, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const [ref, other] = await Promise.all([
    system.spawn(fragile),
    system.spawn(fragile.with({ restart: "temporary" })),
  ]);
  assertEquals(await expectExit(ref, () => ref.tell.leave()), { kind: "normal" });
  const action = () => other.ask.fail("gone");
  const { error } = await expectExit(other, action, { kind: "error" });
  assert(error instanceof RangeError);
  assertEquals(await expectExit(ref), { kind: "normal" });
});

simulated("Actors without a name are called by their id", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile);
  assertEquals(
    await failureOf(() => expectExit(ref, () => {}, { withinMs: 1 })),
    `Expected actor "${ref.id}" to end within 1 ms, but it did not.`,
  );
});

simulated("expectExit says when an end has another reason, or did not come", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile.with({ name: "hardy" }));
  assertEquals(
    await failureOf(() => expectExit(ref, () => {}, { withinMs: 5 })),
    'Expected actor "hardy" to end within 5 ms, but it did not.',
  );
  assertEquals(
    await failureOf(() => expectExit(ref, () => ref.terminate(), { kind: "normal" })),
    'Expected actor "hardy" to end with "normal", but it ended with "killed".',
  );
});

simulated.each(PLACES)("expectDeadLetters waits for letters, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(fragile.with({ name: "gone" }));
  await expectDeadLetters(system, 0);
  await ref.stop();
  const [first, second, ...others] = await expectDeadLetters(system, 2, () => {
    ref.tell.leave();
    ref.tell.later();
  });
  assertEquals([first!.handler, second!.handler, others.length], ["leave", "later", 0]);
  await expectDeadLetters(system, 2);
  await expectDeadLetters(system, 1, () => ref.tell.leave());
  await expectDeadLetters(system, 3);
});

simulated("expectDeadLetters resolves as soon as the last letter comes", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile);
  await ref.stop();
  const later = () => void setTimeout(() => ref.tell.leave(), 10);
  const letters = expectDeadLetters(system, 1, later, { withinMs: 60_000 });
  assertEquals((await within(10_000, "the letter", letters)).length, 1);
});

simulated("expectDeadLetters says how many there were, and which", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile.with({ name: "gone" }));
  assertEquals(
    await failureOf(() => expectDeadLetters(system, 1, () => {}, { withinMs: 5 })),
    "Expected 1 dead letter within 5 ms, but there was none.",
  );
  await ref.stop();
  assertEquals(
    await failureOf(() => expectDeadLetters(system, 0, () => ref.tell.leave())),
    'Expected no dead letter, but there was 1:\n    "leave" for actor "gone": the actor has ended',
  );
  assertEquals(
    await failureOf(() => expectDeadLetters(system, 0)),
    "Expected no dead letter, but there was 1.",
  );
  const burst = async () => {
    for (let turns = 0; turns < 50; turns++) await Promise.resolve();
    ref.tell.leave();
  };
  const late = () => {
    ref.tell.leave();
    void burst();
  };
  const message = await failureOf(() => expectDeadLetters(system, 1, late));
  assertEquals(message.split("\n").length, 3);
  await assertRejects(() => expectDeadLetters(system, -1), RangeError, "count");
});

simulated.each(PLACES)("expectNoErrors fails a test with what nobody saw, on $where", async ({
  workers,
}) => {
  using _muted = muted();
  const system = new ActorSystem({ workers });
  const ref = await system.spawn(fragile.with({ name: "quiet" }));
  const errors = expectNoErrors(system);
  ref.tell.fail("unseen");
  const error = await assertRejects(
    () => errors[Symbol.asyncDispose](),
    Error,
    `Expected no errors that nobody sees, but there was 1:\n    "fail" of actor "quiet" on host ${workers}: RangeError: unseen`,
  );
  assertEquals(error.name, "AssertionError");
  assert(error.cause instanceof RangeError && error.cause.cause instanceof TypeError);
});

simulated("expectNoErrors names all of several, with a timer's among them", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using _muted = muted();
  const ref = await system.spawn(fragile.with({ name: "quiet", onError: "resume" }));
  const errors = expectNoErrors(system);
  ref.tell.later();
  ref.tell.fail("unseen");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const error = assertThrows(
    () => errors[Symbol.dispose](),
    Error,
    'but there were 2:\n    "fail" of actor "quiet" on host 0: RangeError: unseen\n    "after" of',
  );
  assert(error.cause instanceof AggregateError && error.cause.errors.length === 2);
});

simulated("expectNoErrors names the worker of what nobody caught", async () => {
  using _muted = muted();
  const system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(victim);
  const errors = expectNoErrors(system);
  await expectExit(ref, () => ref.tell.die("reject unhandled"), { kind: "host-lost" });
  await assertRejects(
    () => errors[Symbol.asyncDispose](),
    Error,
    "what nobody caught in worker 1: RangeError: rejected unhandled",
  );
});

simulated("expectNoErrors passes what a test has seen: asked for, or prevented", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile);
  await using _ = expectNoErrors(system);
  await assertRejects(() => ref.ask.fail("asked for"), RangeError);
  hush(system);
  ref.tell.fail("prevented");
});

simulated("expectNoErrors does not look at what comes after its scope", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(fragile);
  {
    using _ = expectNoErrors(system);
  }
  hush(system);
  ref.tell.fail("later");
});
