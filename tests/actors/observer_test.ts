import { assert, assertEquals, assertRejects } from "@std/assert";
import { actor, ActorSystem, task } from "../../mod.ts";
import { hostBehind } from "../../actors/system/actor_system.ts";
import type { Observer, TurnOutcome } from "../../actors/vocabulary/observer.ts";
import { phoenix } from "../fixtures/phoenix.ts";
import { hushed } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** Notes all that it hears, as texts. */
class Counting implements Required<Observer> {
  readonly heard: string[] = [];
  /** Turns that have not ended. */
  readonly open = new Set<object>();
  readonly #waits: { last: string; resolve: () => void }[] = [];

  constructor(system: ActorSystem) {
    hostBehind(system).observer = this;
  }

  started({ label }: { label: string }): void {
    this.#note(`started ${label}`);
  }
  restarted({ label }: { label: string }, { kind }: { kind: string }): void {
    this.#note(`restarted ${label} (${kind})`);
  }
  ended({ label }: { label: string }, { kind }: { kind: string }): void {
    this.#note(`ended ${label} (${kind})`);
  }
  turnBegan(actor: { label: string }, turn: { label: string }): void {
    this.open.add(turn);
    this.#note(`${actor.label}.${turn.label} begins`);
  }
  turnLeft(): void {}
  turnEnded(actor: { label: string }, turn: { label: string }, outcome: TurnOutcome): void {
    assert(this.open.delete(turn), `${turn.label} has begun`);
    this.#note(`${actor.label}.${turn.label} ${outcome}`);
  }
  sent({ label, at }: { label: string; at: number }, handler: string): void {
    this.#note(`sent ${handler} to ${label} on ${at}`);
  }
  hostLost(index: number): void {
    this.#note(`lost ${index}`);
  }
  hostBack(index: number): void {
    this.#note(`back ${index}`);
  }

  /** What was heard since the last look. */
  take(): string[] {
    return this.heard.splice(0);
  }

  /** Resolves when something is heard. */
  async until(last: string): Promise<void> {
    if (this.heard.includes(last)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waits.push({ last, resolve });
    await within(20_000, last, promise);
  }

  #note(what: string): void {
    this.heard.push(what);
    for (const { last, resolve } of this.#waits) if (last === what) resolve();
  }
}

const worker = actor(import.meta, (context) => {
  context.onStop(() => {});
  context.onStop(async () => await null);
  return {
    add: (a: number, b: number) => a + b,
    later: async () => await Promise.resolve(1),
    fail: () => {
      throw new RangeError("failed");
    },
    failLater: () => Promise.reject(new RangeError("failed later")),
    *count() {
      yield 1;
      yield 2;
    },
    soon: () => void context.after(0, () => {}),
  };
}).with({ name: "w", on: "here" });

simulated("An observer hears of an actor's start, turns and end, in order", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  const ref = await system.spawn(worker);
  assertEquals(counting.take(), ["started w", "w.setup begins", "w.setup ok"]);
  ref.tell.add(1, 2);
  assertEquals(await ref.ask.later(), 1);
  assertEquals(counting.take(), [
    "sent add to w on 0",
    "sent later to w on 0",
    "w.add begins",
    "w.add ok",
    "w.later begins",
    "w.later ok",
  ]);
  await ref.stop();
  assertEquals(counting.take(), [
    "w.onStop begins",
    "w.onStop ok",
    "w.onStop begins",
    "w.onStop ok",
    "ended w (shutdown)",
  ]);
});

simulated("An observer hears of failures and restarts", async () => {
  await using system = hushed(new ActorSystem({ workers: 0 }));
  const counting = new Counting(system);
  const ref = await system.spawn(worker);
  counting.take();
  await assertRejects(() => ref.ask.fail(), RangeError);
  await counting.until("w.setup ok");
  assertEquals(counting.take().filter((what) => !what.includes("onStop")), [
    "sent fail to w on 0",
    "w.fail begins",
    "w.fail error",
    "restarted w (error)",
    "w.setup begins",
    "w.setup ok",
  ]);
  await assertRejects(() => ref.ask.failLater(), RangeError);
  await counting.until("w.setup ok");
  assertEquals(counting.take().slice(0, 3), [
    "sent failLater to w on 0",
    "w.failLater begins",
    "w.failLater error",
  ]);
  assertEquals(counting.open.size, 0);
});

simulated("An observer hears of an actor whose setup fails", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  const failing = actor(import.meta, (): { get(): void } => {
    throw new RangeError("no start");
  }).with({ name: "f" });
  await assertRejects(() => system.spawn(failing), RangeError);
  assertEquals(counting.take(), [
    "started f",
    "f.setup begins",
    "f.setup error",
    "ended f (error)",
  ]);
});

simulated("An observer hears of each step of a stream, and of timers", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  const ref = await system.spawn(worker);
  counting.take();
  const values = [];
  for await (const value of ref.stream.count()) values.push(value);
  assertEquals(values, [1, 2]);
  const heard = counting.take();
  assertEquals(heard.slice(0, 3), ["sent count to w on 0", "w.count begins", "w.count ok"]);
  assert(heard.filter((what) => what === "w.count begins").length > 2, heard.join());
  ref.tell.soon();
  await counting.until("w.after ok");
  assertEquals(counting.open.size, 0);
});

simulated("An observer hears a turn that begins in another one end before it", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  const child = actor(import.meta, () => ({})).with({ on: "here" });
  const parent = actor(import.meta, (context) => ({
    make: () => void context.spawn(child),
  })).with({ name: "p" });
  const ref = await system.spawn(parent);
  counting.take();
  ref.tell.make();
  await counting.until("p.make ok");
  assertEquals(counting.take(), [
    "sent make to p on 0",
    "p.make begins",
    "started 0.2",
    "0.2.setup begins",
    "0.2.setup ok",
    "p.make ok",
  ]);
});

simulated("An observer hears what is sent to another thread, and what ends there not", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const counting = new Counting(system);
  const ref = await system.spawn(phoenix.with({ name: "far" }), 1);
  ref.tell.add(1);
  await ref.ask.add(1);
  await ref.stop();
  assertEquals(counting.take(), ["sent add to far on 1", "sent add to far on 1"]);
});

simulated("An observer hears no message that is not sent", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  const ref = await system.spawn(worker);
  counting.take();
  await assertRejects(() => ref.with({ timeoutMs: 0 }).ask.add(1, 2), DOMException);
  await assertRejects(() => ref.ask.add((() => {}) as never, 2), TypeError);
  ref.stream.count();
  assertEquals(counting.take(), []);
});

simulated("An observer hears that a host is lost, and back", async () => {
  await using system = hushed(new ActorSystem({ workers: 1 }));
  const counting = new Counting(system);
  const ref = await system.spawn(phoenix.with({ name: "far" }), 1);
  await ref.ask.die("close").catch(() => {});
  assertEquals(await within(10_000, "it is back", ref.ask.add(1)), 2);
  await counting.until("back 1");
  const heard = counting.take().filter((what) => !what.startsWith("sent"));
  assertEquals(heard, ["lost 1", "back 1"]);
});

const observeHere = task(import.meta, () => {});

simulated("A task is no turn of an actor", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const counting = new Counting(system);
  await system.run(observeHere);
  assertEquals(counting.take(), []);
});
