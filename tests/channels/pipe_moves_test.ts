import { assertEquals, assertInstanceOf, assertRejects, equal } from "@std/assert";
import { handedOver } from "../../channels/link/line.ts";
import { ChannelClosedError, pack, type PipeEnd, unpack } from "../../channels/mod.ts";
import { ActorSystem, HostLostError } from "../../mod.ts";
import { Manager } from "../../shared/mod.ts";
import { PipePair, take } from "../fixtures/pipe_pair.ts";
import { keeper, reader, router } from "../fixtures/pipe_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

type End = PipeEnd<number, number>;

/** Moves an end as a message to another thread does; whoever calls it gets the end later. */
function leave(end: End): () => End {
  const { message, transfer } = pack(end);
  const arrived = structuredClone(message, { transfer });
  return () => unpack<End>(arrived);
}

/** What comes next of the same numbers for the same seed, from 0 to below `count`. */
function dice(seed: number): (count: number) => number {
  let state = seed * 2_654_435_761 >>> 0;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * count);
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One side of the pipe, wherever its end is. */
class Side {
  end: End | null;
  #arrive: (() => End) | null = null;
  sent = 0;
  readonly received: number[] = [];

  constructor(end: End) {
    this.end = end;
  }

  get present(): End {
    if (this.end === null) this.end = this.#arrive!();
    return this.end;
  }

  move(): void {
    this.#arrive = leave(this.present);
    this.end = null;
  }

  send(count: number): void {
    for (; count > 0; count--) void this.present.send(this.sent++);
  }

  async receive(count: number): Promise<void> {
    const { present } = this;
    while (this.received.length < count) {
      const receiving = present.receive();
      this.received.push(await within(20_000, `item ${this.received.length}`, receiving));
    }
  }
}

const KINDS = (["web", "thread"] as const).map((worker) => ({ worker }));

Deno.test("PipeEnd loses, doubles and ends nothing in whatever order both ends move", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const roll = dice(seed);
    using ends = new PipePair<number>();
    const left = new Side(ends.left);
    const right = new Side(ends.right);
    for (let step = 0; step < 30; step++) {
      const [here, there] = roll(2) === 0 ? [left, right] : [right, left];
      const action = roll(6);
      if (action < 2) here.move();
      else if (action < 4) here.send(1 + roll(3));
      else if (action === 4) await turn();
      else await here.receive(Math.min(there.sent, here.received.length + roll(4)));
    }
    await left.receive(right.sent);
    await right.receive(left.sent);
    assertEquals(left.received, [...Array(right.sent).keys()], `seed ${seed}`);
    assertEquals(right.received, [...Array(left.sent).keys()], `seed ${seed}`);
    left.present.close();
    const receiving = right.present.receive();
    await assertRejects(() => within(20_000, "the end", receiving), ChannelClosedError);
    right.present.close();
  }
  await within(20_000, "all that was left behind to be passed on", handedOver());
});

simulated.each(KINDS)(
  "PipeEnd that a thread passes on while its peer closes arrives, on worker $worker",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 2, worker });
    const to = await system.spawn(reader);
    const by = await system.spawn(router, to);
    for (let count = 0; count < 60; count++) {
      using ends = new PipePair<unknown>();
      by.tell.pass(ends.right);
      void ends.left.send("one");
      if (count % 3 > 0) await new Promise((resolve) => setTimeout(resolve, count % 3));
      ends.left.close();
      await turn();
    }
    const all = { items: 60, ends: 60 };
    await until(20_000, "all items and ends", async () => equal(await to.ask.count(), all));
    assertEquals(await by.ask.ping(), "pong");
  },
);

simulated("PipeEnd that a Manager gives back while its peer closes arrives", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using manager = new Manager({ system });
  const list = await manager.list<PipeEnd<unknown, unknown>>([]);
  const read = async (count: number) => {
    using ends = new PipePair<unknown>();
    const pushed = list.push(ends.right);
    const popped = list.pop();
    void ends.left.send(count);
    await pushed;
    if (count % 2 > 0) await turn();
    ends.left.close();
    using back = await popped;
    return await Array.fromAsync(back!);
  };
  for (let count = 0; count < 60; count++) {
    assertEquals(await within(20_000, "the item and the end", read(count)), [count]);
  }
});

simulated.each(KINDS)(
  "PipeEnd works after both ends went to threads and came back, on worker $worker",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 2, worker });
    const to = await system.spawn(reader);
    const one = await system.spawn(router, to);
    const two = await system.spawn(router, to);
    for (let round = 0; round < 20; round++) {
      using ends = new PipePair<unknown>();
      let { left, right } = ends;
      for (let hop = 0; hop < 3; hop++) {
        void left.send(hop);
        left = await within(20_000, "an end", one.ask.giveBack(left));
        right = await within(20_000, "an end", two.ask.giveBack(right));
      }
      await left.send(3);
      const items = await within(20_000, "the items", take(right as PipeEnd<never, unknown>, 4));
      assertEquals(items, [0, 1, 2, 3]);
      assertEquals(await right.poll({ timeoutMs: 1 }), false);
      left.close();
      right.close();
    }
  },
);

simulated(
  "PipeEnd gives the last items of a thread that dies while the other end moves",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    for (const isMoved of [true, false]) {
      const [from, to] = [await system.spawn(keeper), await system.spawn(keeper)];
      const other = await system.spawn(keeper.with({ on: "own" }));
      using ends = new PipePair<unknown>();
      await Promise.all([other.ask.take(ends.left), from.ask.take(ends.right)]);
      await other.ask.send("first", "last");
      const moved = to.ask.takeFrom(from);
      if (isMoved) await moved;
      await other.terminate();
      await within(20_000, "the end", moved);
      const receive = () => within(20_000, "an item, or the end", to.ask.receive());
      assertEquals([await receive(), await receive()], ["first", "last"]);
      const error = await assertRejects(receive, ChannelClosedError);
      assertInstanceOf(error.cause, HostLostError);
    }
  },
);
