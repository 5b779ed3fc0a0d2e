/**
 * Ends of pipes that are lost on their way to a worker: whoever waits at the other end hears of it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { actor, type ActorRef, ActorSystem, pipe, type PipeEnd, Queue } from "../../mod.ts";
import { handedOver } from "../../channels/link/line.ts";
import { World } from "../../testing/simulation/world.ts";
import { atEachDeath, ORDER_NAMES } from "./deaths.ts";

type End = PipeEnd<number, number>;
type Holder = ActorRef<{
  hold(end: End): void;
  pass(end: End, to: Holder): void;
  passAndClose(end: End, to: Holder): void;
  holdFromQueue(queue: Queue<End>): Promise<void>;
  holdFromPipe(from: PipeEnd<never, End>): Promise<void>;
  passOnAndClose(to: Holder): void;
  outcome(): Promise<string>;
  makeQueue(): Queue<End>;
  makePipe(): End;
}>;

const scope = globalThis as unknown as { close(): void };

/** Sends a number by each end that it is given, and keeps it. */
const holder = actor(import.meta, (_context, first?: End) => {
  const ends: End[] = [];
  const hold = (end: End) => {
    ends.push(end);
    void end.send(1);
  };
  if (first !== undefined) hold(first);
  return {
    hold,
    pass: (end: End, to: Holder) => to.tell.hold(end),
    passAndClose(end: End, to: Holder) {
      to.tell.hold(end);
      scope.close();
    },
    passOnAndClose(to: Holder) {
      to.tell.hold(ends.pop()!);
      scope.close();
    },
    outcome: () => outcome(ends.at(-1)!),
    async holdFromQueue(queue: Queue<End>) {
      hold(await queue.receive());
    },
    async holdFromPipe(from: PipeEnd<never, End>) {
      hold(await from.receive());
    },
    makeQueue: () => new Queue<End>(),
    makePipe() {
      const [near, far] = pipe<number>();
      ends.push(near);
      return far;
    },
  };
}).with({ restart: "temporary", concurrency: 10 });

/** What comes of an end: a number, or why there is none. */
async function outcome(end: End): Promise<string> {
  try {
    return `${await end.receive()}`;
  } catch (error) {
    const { cause, message } = error as Error;
    if (message.endsWith("the other end is closed")) return "closed";
    return cause instanceof Error ? cause.name : message;
  }
}

async function byQueue(far: End, queue: Queue<End>, to: Holder): Promise<void> {
  // Who dies before it has taken an item leaves it to others.
  const held = to.ask.holdFromQueue(queue).catch(() => queue.close({ discard: true }));
  await queue.send(far).catch(() => far.close());
  await held;
}

/** Sends an end away, each in another way. */
const WAYS: Record<string, (far: End, a: Holder, b: Holder) => unknown> = {
  "a tell": (far, a) => a.tell.hold(far),
  "an ask": (far, a) => a.ask.hold(far),
  "an item of a queue": (far, a) => byQueue(far, new Queue(), a),
  "an item of a queue elsewhere": (far, a, b) =>
    a.ask.makeQueue().then((queue) => byQueue(far, queue, b), () => far.close()),
  async "an item of a pipe"(far, a) {
    const [to, from] = pipe.oneWay<End>();
    a.tell.holdFromPipe(from);
    await to.send(far);
  },
  "a message that is passed on": (far, a, b) => a.tell.pass(far, b),
  "a message of a thread that closes itself": (far, a, b) => a.tell.passAndClose(far, b),
};

Deno.test.each(ORDER_NAMES.flatMap((order) => Object.keys(WAYS).map((way) => ({ way, order }))))(
  "The end of a pipe that goes in $way arrives or ends with a worker, order: $order",
  async ({ way, order }) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        const [a, b] = [await system.spawn(holder), await system.spawn(holder)];
        const [near, far] = pipe<number>();
        danger.begins();
        const sending = Promise.resolve(WAYS[way]!(far, a, b)).catch(() => {});
        const first = await outcome(near);
        await sending;
        danger.ends();
        await world.sleep(1_000);
        return first;
      },
      "1",
      (result, death) =>
        assertMatch(
          result,
          way.includes("queue") ? /^(1|HostLostError|closed)$/ : /^(1|HostLostError)$/,
          death,
        ),
    );
  },
);

Deno.test.each(
  ORDER_NAMES.flatMap((order) => (["any", "own"] as const).map((on) => ({ on, order }))),
)(
  "The end of a pipe that goes in the arguments of a start arrives or ends, on: $on, order: $order",
  async ({ on, order }) => {
    await atEachDeath(
      order,
      async (system, danger) => {
        const [near, far] = pipe<number>();
        danger.begins();
        const starting = system.spawn(holder.with({ on }), far).catch(() => {});
        const first = await outcome(near);
        danger.ends();
        await starting;
        return first;
      },
      "1",
      (result, death) => assertMatch(result, /^(1|HostLostError)$/, death),
    );
  },
);

Deno.test.each(ORDER_NAMES)(
  "The end of a pipe whose other end was never used ends with its thread, order: %s",
  async (order) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        const maker = await system.spawn(holder);
        const end = await maker.ask.makePipe();
        danger.begins();
        const ended = outcome(end);
        await Promise.race([ended, world.sleep(1)]);
        danger.ends();
        const isAlive = await maker.ask.makePipe().then(() => true, () => false);
        return isAlive ? "open" : await ended;
      },
      "open",
      (result, death) => assertMatch(result, /^(open|HostLostError)$/, death),
    );
  },
);

async function microtasks(): Promise<void> {
  for (let count = 0; count < 20; count++) await Promise.resolve();
}

/** Runs a program with three workers, on which nothing takes any time. */
async function onThree(
  program: (holders: Holder[], world: World) => Promise<void>,
): Promise<void> {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 3 });
    system.addEventListener("error", (event) => event.preventDefault());
    const holders: Holder[] = [];
    while (holders.length < 3) holders.push(await system.spawn(holder));
    await program(holders, world);
  });
}

Deno.test("What a thread loses that closes itself as it gives an end away ends the pipe", async () => {
  await onThree(async ([a, b], world) => {
    const [near, far] = pipe<number>();
    await a!.ask.hold(far);
    assertEquals(await near.receive(), 1);
    a!.tell.passOnAndClose(b!);
    await microtasks();
    await near.send(2);
    await world.sleep(1_000);
    assertEquals([await outcome(near), await b!.ask.outcome()], ["1", "HostLostError"]);
    assertEquals(await outcome(near), "HostLostError");
  });
});

Deno.test("What is passed on to a worker that is known to be lost by then ends the pipe", async () => {
  await onThree(async ([a, b], world) => {
    const [near, far] = pipe<number>();
    a!.tell.pass(far, b!);
    await microtasks();
    world.kill(world.workers[1]!, new Error("It dies, and says so"));
    assertEquals(await outcome(near), "closed");
  });
});

Deno.test("An end that arrives after the other one was lost on its way ends", async () => {
  await onThree(async ([a, b, c], world) => {
    const [near, far] = pipe<number>();
    await a!.ask.hold(far);
    assertEquals(await near.receive(), 1);
    a!.tell.passOnAndClose(b!);
    // What is sent now comes to it after that, but before anything else happens.
    await microtasks();
    c!.tell.hold(near);
    world.kill(world.workers[2]!);
    await world.sleep(1_000);
    assertEquals(await b!.ask.outcome(), "HostLostError");
  });
});

Deno.test("What came for an end that was lost on its way is not kept for it", async () => {
  await onThree(async ([a, b], world) => {
    const [near, far] = pipe<number>();
    await a!.ask.hold(near);
    assertEquals(await far.receive(), 1);
    b!.tell.hold(far);
    for (const worker of world.workers.slice(0, 2)) world.kill(worker);
    await handedOver();
  });
});
