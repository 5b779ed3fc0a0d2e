import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorStoppedError,
  ActorSystem,
  MailboxFullError,
  type MailboxOptions,
} from "../../mod.ts";
import { clerk, player, sender, sleeper, spinner } from "../fixtures/life_mailbox.ts";
import { events, nextEvent, PLACES, probe } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

/** A clerk that is being held, so that whatever else is sent to it has to wait. */
async function heldClerk(system: ActorSystem, mailbox?: MailboxOptions) {
  const log = await system.spawn(probe);
  const ref = await system.spawn(clerk.with({ name: "clerk", mailbox }), log);
  const held = ref.ask.hold("held");
  await within(20_000, "the clerk to be held", log.ask.logged("held"));
  return { log, ref, held };
}

simulated.each(PLACES)(
  "Mailbox: one message at a time, async ones included, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk, log);
    ref.tell.step("a");
    ref.tell.step("b");
    await ref.ask.step("c");
    assertEquals(await log.ask.entries(), [
      "begin a",
      "end a",
      "begin b",
      "end b",
      "begin c",
      "end c",
    ]);
  },
);

simulated.each(PLACES)(
  "ActorOptions.concurrency limits messages in work on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    for (const concurrency of [1, 3]) {
      const ref = await system.spawn(clerk.with({ concurrency }), log);
      await Promise.all(Array.from({ length: 12 }, (_, i) => ref.ask.step(`${i}`)));
      assertEquals(await ref.ask.peak(), concurrency);
    }
  },
);

simulated.each(PLACES)(
  "ActorOptions.concurrency lets a message pass a waiting one on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk.with({ concurrency: 2 }), log);
    const held = ref.ask.hold("held");
    assertEquals(await within(20_000, "a reply meanwhile", ref.ask.ping()), "pong");
    log.tell.open();
    await within(20_000, "the end of the first", held);
  },
);

simulated.each(PLACES)(
  "Mailbox of an actor without a bound takes 20 000 messages on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await heldClerk(system);
    for (let i = 0; i < 20_000; i++) ref.tell.note(`${i}`);
    log.tell.open();
    await held;
    await ref.ask.ping();
    const entries = await log.ask.entries();
    assertEquals(entries, ["held", ...Array.from({ length: 20_000 }, (_, i) => `${i}`)]);
    assertEquals(system.deadLetters, 0);
  },
);

const OVERFLOWS = [
  { overflow: undefined, dropped: 2, handled: ["a", "b"] },
  { overflow: "reject", dropped: 2, handled: ["a", "b"] },
  { overflow: "drop-newest", dropped: 2, handled: ["a", "b"] },
  { overflow: "drop-oldest", dropped: 0, handled: ["b", "c"] },
] as const;
const OVERFLOWS_EVERYWHERE = PLACES.flatMap((place) =>
  OVERFLOWS.map((overflow) => ({ ...place, ...overflow }))
);

simulated.each(OVERFLOWS_EVERYWHERE)(
  "MailboxOptions.overflow $overflow rejects one ask with MailboxFullError on $where",
  async ({ workers, overflow, dropped, handled }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await heldClerk(system, { capacity: 2, overflow });
    const asks = ["a", "b", "c"].map((entry) => ref.ask.note(entry));
    const settled = Promise.allSettled(asks);
    const error = await assertRejects(() => asks[dropped]!, MailboxFullError, "clerk");
    assertEquals([error.actor, error.capacity], ["clerk", 2]);
    log.tell.open();
    await held;
    const statuses = (await settled).map(({ status }) => status === "fulfilled");
    assertEquals(statuses, [0, 1, 2].map((index) => index !== dropped));
    assertEquals(await log.ask.entries(), ["held", ...handled]);
  },
);

simulated.each(OVERFLOWS_EVERYWHERE)(
  "MailboxOptions.overflow $overflow makes a told message a dead letter on $where",
  async ({ workers, overflow, handled }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await heldClerk(system, { capacity: 2, overflow });
    const deadLetter = nextEvent(system, "deadletter");
    for (const entry of ["a", "b", "c"]) ref.tell.note(entry);
    const { ref: actor, handler } = await within(20_000, "the dead letter", deadLetter);
    assertEquals([actor.id, handler, system.deadLetters], [ref.id, "note", 1]);
    log.tell.open();
    await held;
    await within(20_000, "the last entry", log.ask.logged(handled[1]));
    assertEquals(await log.ask.entries(), ["held", ...handled]);
  },
);

simulated.each(PLACES)(
  "MailboxOptions.capacity does not count who has given up, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await heldClerk(system, { capacity: 1 });
    const controller = new AbortController();
    const given = ref.with({ signal: controller.signal }).ask.note("given up");
    controller.abort(new Error("changed my mind"));
    await assertRejects(() => given, Error, "changed my mind");
    const kept = ref.ask.note("kept");
    log.tell.open();
    await Promise.all([held, kept]);
    assertEquals(await log.ask.entries(), ["held", "kept"]);
  },
);

simulated.each(OVERFLOWS_EVERYWHERE)(
  "MailboxOptions.overflow $overflow never drops a timer on $where",
  async ({ workers, overflow }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk.with({ mailbox: { capacity: 1, overflow } }), log);
    const held = ref.ask.holdThenTimer();
    await log.ask.logged("held");
    const settled = Promise.allSettled([ref.ask.note("a"), ref.ask.note("b")]);
    log.tell.open();
    await held;
    await settled;
    await within(20_000, "the timer", log.ask.logged("timer"));
    assertEquals((await log.ask.entries()).length, 3);
  },
);

simulated.each(OVERFLOWS_EVERYWHERE)(
  "MailboxOptions.overflow $overflow never drops a turn of a stream on $where",
  async ({ workers, overflow }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk.with({ mailbox: { capacity: 1, overflow } }), log);
    const stream = ref.stream.values(100);
    const values = [(await stream.next()).value];
    const held = ref.ask.hold("held");
    await log.ask.logged("held");
    const settled = Promise.allSettled(["a", "b", "c"].map((entry) => ref.ask.note(entry)));
    log.tell.open();
    await held;
    for await (const value of stream) values.push(value);
    assertEquals(values, Array.from({ length: 100 }, (_, i) => i));
    await settled;
  },
);

simulated.each(OVERFLOWS_EVERYWHERE)(
  "MailboxOptions.overflow $overflow never drops a stop on $where",
  async ({ workers, overflow }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await heldClerk(system, { capacity: 1, overflow });
    const settled = Promise.allSettled([ref.ask.note("a"), ref.ask.note("b")]);
    const stopped = ref.stop({ drain: true });
    log.tell.open();
    await held;
    await within(20_000, "the stop", stopped);
    const statuses = (await settled).map(({ status }) => status);
    assertEquals(statuses.sort(), ["fulfilled", "rejected"]);
  },
);

simulated.each(PLACES)(
  "ActorSystem.deadLetters counts what an ended actor on $where is sent",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk, log);
    await ref.stop();
    const letters = events(system, "deadletter");
    ref.tell.note("late");
    await assertRejects(() => ref.ask.ping(), ActorStoppedError);
    await until(20_000, "two dead letters", () => letters.length === 2);
    assertEquals(letters.map(({ handler }) => handler), ["note", "ping"]);
    assertEquals(letters.map(({ ref: actor }) => actor.id), [ref.id, ref.id]);
    assertEquals(system.deadLetters, 2);
  },
);

simulated(
  "ActorSystem.deadLetters counts what one worker sends to an ended actor of another",
  async () => {
    await using system = new ActorSystem({ workers: 2 });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk, log);
    const other = await system.spawn(sender);
    await ref.stop();
    const deadLetter = nextEvent(system, "deadletter");
    await other.ask.send(ref, "late");
    const { ref: actor, handler } = await within(20_000, "the dead letter", deadLetter);
    assertEquals([actor.id, handler, system.deadLetters], [ref.id, "note", 1]);
  },
);

simulated.each(PLACES)(
  "ActorSystem.deadLetters counts unknown handlers on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clerk, log);
    const deadLetter = nextEvent(system, "deadletter");
    (ref.tell as unknown as { nope(): void }).nope();
    const { handler, why } = await within(20_000, "the dead letter", deadLetter);
    assertEquals([handler, why], ["nope", "the actor has no such handler"]);
    assertEquals(await ref.ask.ping(), "pong");
  },
);

Deno.test.each(PLACES)(
  "An actor that never runs out of messages lets timers and I/O run on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const busy = await system.spawn(spinner);
    const neighbour = await system.spawn(sleeper.with({ near: busy }));
    busy.tell.spin();
    assertEquals(await within(20_000, "timer and file", neighbour.ask.sleep(20)), "import");
    await within(20_000, "the stop", busy.stop());
  },
);

Deno.test.each(PLACES)(
  "Two actors in an endless ping-pong let timers run and stop on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const left = await system.spawn(player);
    const right = await system.spawn(player.with({ near: left }));
    const neighbour = await system.spawn(sleeper.with({ near: left }));
    left.tell.ping(right);
    assertEquals(await within(20_000, "timer and file", neighbour.ask.sleep(20)), "import");
    await within(20_000, "the stop", Promise.all([left.stop(), right.stop()]));
  },
);

simulated("Actors in an endless ping-pong do not keep shutdown() from ending", async () => {
  const system = new ActorSystem({ workers: 0 });
  const left = await system.spawn(player);
  const right = await system.spawn(player);
  left.tell.ping(right);
  const { abandoned } = await within(20_000, "the shutdown", system.shutdown());
  assertEquals(abandoned, []);
});
