import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ChannelClosedError,
  pack,
  type PipeEnd,
  Queue,
  registerClass,
} from "../../channels/mod.ts";
import { PipePair } from "../fixtures/pipe_pair.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** Calls `Box.onDecode` once when it is brought back, in the midst of a delivery. */
class Box {
  static onDecode: (() => void) | null = null;
  readonly inside: number;

  constructor(inside: number) {
    this.inside = inside;
  }
}
registerClass(Box, {
  name: "tests.Box",
  encode: ({ inside }) => inside,
  decode(inside: number) {
    const { onDecode } = Box;
    Box.onDecode = null;
    onDecode?.();
    return new Box(inside);
  },
});

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(10_000, what, promise);
}

/** A value with a getter that does something while it is captured. */
function doing(action: () => void): unknown {
  return {
    get value() {
      action();
      return 1;
    },
  };
}

Deno.test.each([{ isWaiting: true }, { isWaiting: false }])(
  "PipeEnd.receive() within decode() gets the next item, waiting: $isWaiting",
  async ({ isWaiting }) => {
    using ends = new PipePair<unknown>();
    const received: Promise<unknown>[] = [];
    Box.onDecode = () => received.push(ends.right.receive());
    const early = isWaiting ? ends.right.receive() : undefined;
    await Promise.all([new Box(1), 2, 3].map((value) => ends.left.send(value)));
    if (!isWaiting) await ends.right.poll({ timeoutMs: 1_000 });
    const first = await soon("the box", early ?? ends.right.receive());
    const last = await soon("the last item", ends.right.receive());
    assertEquals([first, ...await Promise.all(received), last], [new Box(1), 2, 3]);
  },
);

Deno.test("PipeEnd.close() within decode() closes what follows in the same message", async () => {
  using ends = new PipePair<unknown>();
  using inner = new PipePair<unknown>();
  Box.onDecode = () => ends.right.close();
  const first = ends.right.receive();
  const second = assertRejects(() => ends.right.receive(), ChannelClosedError);
  void ends.left.send(new Box(1));
  // By its stream, which says something else in between.
  void ends.left.writable.getWriter().write(inner.right);
  assertEquals(await soon("the box", first), new Box(1));
  await soon("the end", second);
  await soon("the inner end", assertRejects(() => inner.left.receive(), ChannelClosedError));
});

Deno.test("PipeEnd cannot be sent away within decode()", async () => {
  using ends = new PipePair<unknown>();
  let refusal: unknown;
  Box.onDecode = () => {
    try {
      pack(ends.right);
    } catch (error) {
      refusal = error;
    }
  };
  const first = ends.right.receive();
  for (const value of [new Box(1), 2]) void ends.left.send(value);
  assertEquals(await soon("the box", first), new Box(1));
  assertEquals(await soon("the next item", ends.right.receive()), 2);
  assertStringIncludes(String(refusal), "being waited for");
});

Deno.test.each([{ capacity: Infinity }, { capacity: 1 }])(
  "PipeEnd.send() rejects when a getter closes the end, capacity $capacity",
  async ({ capacity }) => {
    using ends = new PipePair<unknown>({ capacity });
    await ends.left.send("before");
    const sent = ends.left.send(doing(() => ends.left.close()));
    await soon("the refusal", assertRejects(() => sent, ChannelClosedError, "it is closed"));
    assertEquals(await soon("the items", Array.fromAsync(ends.right)), ["before"]);
  },
);

Deno.test("PipeEnd.send() goes on when a getter tries to send the end away", async () => {
  using ends = new PipePair<unknown>();
  let refusal: unknown;
  const sent = ends.left.send(doing(() => {
    try {
      pack(ends.left);
    } catch (error) {
      refusal = error;
    }
  }));
  await soon("the send", sent);
  assertStringIncludes(String(refusal), "would be sent through");
  assertEquals(await soon("the item", ends.right.receive()), { value: 1 });
});

simulated("Queue.send() within decode() keeps the capacity", async () => {
  using queue = new Queue<unknown>({ capacity: 1 });
  const sends: Promise<void>[] = [];
  Box.onDecode = () => sends.push(queue.send("within"));
  const first = queue.receive();
  for (const value of [new Box(1), "a", "b"]) sends.push(queue.send(value));
  const items = [await soon("the box", first)];
  while (items.length < 4) items.push(await soon("an item", queue.receive()));
  assertEquals(items, [new Box(1), "within", "a", "b"]);
  await soon("the sends", Promise.all(sends));
  assertEquals([await queue.trySend(1), await queue.trySend(2)], [true, false]);
});

simulated.each([{ capacity: Infinity }, { capacity: 1 }])(
  "Queue.send() rejects when a getter closes the queue, capacity $capacity",
  async ({ capacity }) => {
    using queue = new Queue<unknown>({ capacity });
    await queue.send("before");
    const sent = queue.send(doing(() => queue.close()));
    await soon("the refusal", assertRejects(() => sent, ChannelClosedError, "it is closed"));
    assertEquals(await soon("the items", Array.fromAsync(queue)), ["before"]);
  },
);

const WAYS: Record<string, (ends: PipePair<unknown>) => Promise<void>> = {
  "itself": ({ left }) => left.send(left),
  "the other end of its pipe": ({ left, right }) => left.send({ list: [right] }),
  "itself by its stream": ({ left }) => left.writable.getWriter().write(left),
};

Deno.test.each(
  Object.entries(WAYS).flatMap(([what, send]) => [1, Infinity].map((n) => ({ what, send, n }))),
)("PipeEnd.send() refuses $what, with capacity $n, and stays", async ({ send, n }) => {
  using ends = new PipePair<unknown>({ capacity: n });
  if (n === 1) await ends.left.send("before");
  const text = "is an end of the pipe that it would be sent through";
  await assertRejects(() => soon("the refusal", send(ends)), TypeError, text);
  if (n === 1) assertEquals(await ends.right.receive(), "before");
  await soon("room", (ends.left as PipeEnd<unknown, unknown>).send("after"));
  assertEquals(await soon("the item", ends.right.receive()), "after");
});
