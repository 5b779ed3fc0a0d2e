import { assertEquals } from "@std/assert";
import { ActorSystem, HostLostError, type RefOf } from "../../mod.ts";
import { events, PLACES, probe } from "../fixtures/life_probe.ts";
import {
  type Hub,
  hub,
  type HubStream,
  type Relay,
  relay,
  subscriber,
} from "../fixtures/life_subscription.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

type Probe = RefOf<typeof probe>;

const STREAMS = ["unaware", "aware", "handed", "bare"] as const;

async function spawnHub(system: ActorSystem) {
  const log = await system.spawn(probe);
  return { log, ref: await system.spawn(hub, log) };
}

/** The ways in which a reader leaves while the generator waits. */
const LEAVES: Record<
  string,
  (system: ActorSystem, ref: Hub, log: Probe, name: HubStream) => unknown
> = {
  async break(_system, ref, log, name) {
    for await (const _ of ref.stream[name]()) {
      await within(20_000, "the wait", log.ask.logged("waits"));
      break;
    }
  },
  async "return()"(_system, ref, log, name) {
    const stream = ref.stream[name]();
    await stream.next();
    const next = stream.next();
    await within(20_000, "the wait", log.ask.logged("waits"));
    await stream.return!();
    assertEquals(await within(20_000, "the end", next), { done: true, value: undefined });
  },
  async abort(_system, ref, log, name) {
    const controller = new AbortController();
    const stream = ref.with({ signal: controller.signal }).stream[name]();
    await stream.next();
    const next = stream.next().catch((error) => error);
    await within(20_000, "the wait", log.ask.logged("waits"));
    controller.abort();
    assertEquals((await within(20_000, "the abort", next)).name, "AbortError");
  },
  async timeout(_system, ref, _log, name) {
    const stream = ref.with({ timeoutMs: 300 }).stream[name]();
    await stream.next();
    const next = stream.next().catch((error) => error);
    assertEquals((await within(20_000, "the timeout", next)).name, "TimeoutError");
  },
  async "the end of its actor"(system, ref, log, name) {
    const reader = await system.spawn(subscriber);
    reader.tell.read(ref, name);
    await within(20_000, "the wait", log.ask.logged("waits"));
    await within(20_000, "the stop", reader.stop());
  },
  async "the death of its thread"(system, ref, log, name) {
    const reader = await system.spawn(subscriber.with({ on: "own" }));
    const reading = reader.ask.read(ref, name).catch((error) => error);
    await within(20_000, "the wait", log.ask.logged("waits"));
    reader.tell.die();
    assertEquals(await within(20_000, "the loss", reading) instanceof HostLostError, true);
  },
};

simulated.each(
  PLACES.flatMap((place) => Object.keys(LEAVES).map((how) => ({ ...place, how }))),
)(
  "ActorRef.stream: a reader that leaves by $how while the generator waits blocks nobody on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const errors = events(system, "error");
    for (const name of STREAMS) {
      const { log, ref } = await spawnHub(system);
      await LEAVES[how]!(system, ref, log, name);
      assertEquals(await within(20_000, "an answer", ref.ask.restarts()), 0);
      // Only this one has to be woken up before it can end.
      if (name === "unaware") ref.tell.publish();
      await within(20_000, `the end of ${name}`, log.ask.logged("ended"));
      await within(4_000, "the stop", ref.stop());
      assertEquals(await log.ask.entries(), ["waits", "ended"]);
      await log.stop();
    }
    // A reader that ends itself could not finish.
    assertEquals(errors.filter(({ handler }) => handler !== "read"), []);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() does not wait for a generator whose reader has left on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnHub(system);
    await LEAVES.break!(system, ref, log, "unaware");
    await within(4_000, "the stop", ref.stop());
    assertEquals(await ref.exited, { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  'A generator that fails after its reader has left is an event "error", no restart, on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const errors = events(system, "error");
    const { log, ref } = await spawnHub(system);
    await LEAVES.break!(system, ref, log, "bitter");
    ref.tell.publish();
    assertEquals(await within(20_000, "an answer", ref.ask.restarts()), 0);
    await ref.stop();
    assertEquals(errors.map(({ handler, error }) => [handler, `${error}`]), [
      ["bitter", "RangeError: nobody wants to know"],
    ]);
  },
);

simulated.each(
  PLACES.flatMap((place) => ["stop", "drain", "shutdown"].map((how) => ({ ...place, how }))),
)(
  "ActorContext.signal of a stream that is read ends its wait at a $how on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnHub(system);
    const stream = ref.stream.aware();
    await stream.next();
    const next = stream.next().catch((error) => error);
    await within(20_000, "the wait", log.ask.logged("waits"));
    const ended = how === "shutdown" ? system.shutdown() : ref.stop({ drain: how === "drain" });
    const [error] = await within(4_000, "the end", Promise.all([next, ended]));
    assertEquals([error.name, await ref.exited], ["ActorStoppedError", { kind: "shutdown" }]);
  },
);

simulated.each(PLACES)(
  "ActorContext.signal is aborted when the reader leaves before there is a stream on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const errors = events(system, "error");
    const { log, ref } = await spawnHub(system);
    const stream = ref.stream.late();
    const next = stream.next();
    await within(20_000, "the wait", log.ask.logged("waits"));
    await stream.return!();
    assertEquals(await next, { done: true, value: undefined });
    assertEquals(await within(20_000, "an answer", ref.ask.restarts()), 0);
    assertEquals(await log.ask.entries(), ["waits", "ended"]);
    assertEquals(errors, []);
  },
);

const RELAYS: Record<string, (relay: Relay, other: Relay, hub: Hub) => AsyncIterator<unknown>> = {
  "yield*": ({ stream }, _other, hub) => stream.bare(hub, "unaware"),
  "for await": ({ stream }, _other, hub) => stream.delegate(hub, "aware"),
  "a stream made before": ({ stream }, _other, hub) => stream.handed(hub, "unaware"),
  "a stream made in an earlier turn": ({ stream }, _other, hub) => stream.later(hub, "aware"),
  "a stream that reads another one": ({ stream }, other, hub) => stream.far(other, hub, "unaware"),
};

const RELAYED = [{ where: "the main thread", workers: 0 }, { where: "two workers", workers: 2 }]
  .flatMap((place) => Object.keys(RELAYS).map((how) => ({ ...place, how })));

simulated.each(
  RELAYED,
)(
  "A generator that is left while it waits for another actor's stream ends that, by $how on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const errors = events(system, "error");
    const { log, ref: hub } = await spawnHub(system);
    const [near, far] = [await system.spawn(relay, log), await system.spawn(relay, log)];
    const stream = RELAYS[how]!(near, far, hub);
    while ((await within(20_000, "a value", stream.next())).value !== "first");
    const next = stream.next();
    await within(20_000, "the wait", log.ask.logged("waits"));
    await stream.return!();
    assertEquals(await within(20_000, "the end", next), { done: true, value: undefined });
    const relays = how.includes("another") ? 2 : 1;
    await within(20_000, "the end of the relay", log.ask.logged("relay ended", relays));
    for (const { ask } of [near, far, hub]) {
      assertEquals(await within(20_000, "an answer", ask.restarts()), 0);
    }
    hub.tell.publish();
    await within(20_000, "the end of the source", log.ask.logged("ended"));
    assertEquals(errors, []);
  },
);

simulated.each(
  RELAYED,
)(
  "A generator whose actor is terminated ends the stream that it waits for, by $how on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref: hub } = await spawnHub(system);
    const [near, far] = [await system.spawn(relay, log), await system.spawn(relay, log)];
    const stream = RELAYS[how]!(near, far, hub);
    while ((await within(20_000, "a value", stream.next())).value !== "first");
    const next = stream.next().catch((error) => error.name);
    await within(20_000, "the wait", log.ask.logged("waits"));
    await within(20_000, "the end of the actor", near.terminate());
    assertEquals(await within(20_000, "the end", next), "ActorStoppedError");
    assertEquals(await within(20_000, "an answer", hub.ask.restarts()), 0);
    hub.tell.publish();
    await within(20_000, "the end of the source", log.ask.logged("ended"));
  },
);
