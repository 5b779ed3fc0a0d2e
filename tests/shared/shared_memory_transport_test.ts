import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ActorSystem,
  ChannelClosedError,
  HostLostError,
  Queue,
  type RefOf,
  transfer,
} from "@troupe/actors";
import { sharedMemoryTransport } from "@troupe/actors/shared";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { Link } from "../../channels/link/link.ts";
import { TEXT_RING_BYTES, TextRing } from "../../shared/transport/_text_ring.ts";
import { PORT_BYTES, SharedCarrier } from "../../shared/transport/_shared_carrier.ts";
import { PipePair } from "../fixtures/pipe_pair.ts";
import { keeper } from "../fixtures/transport_actors.ts";
import { until, within } from "../testing.ts";

const KINDS = [{ worker: "web" }, { worker: "thread" }] as const;

function start(workers = 1, worker: "web" | "thread" = "web"): ActorSystem {
  return new ActorSystem({ workers, worker, transport: sharedMemoryTransport() });
}

/** Values of all ways to cross: small and large texts, copied and moved buffers, handles. */
function mixture(round: number, queue: Queue<number>): unknown {
  switch (round % 6) {
    case 0:
      return round;
    case 1:
      return { round, text: "ü€\u{1f600}".repeat(round % 50) };
    case 2:
      return "x".repeat(40_000 + round);
    case 3:
      return new Uint8Array([round % 256]);
    case 4:
      return transfer(new Uint8Array(100_000), []);
    default:
      return { queue };
  }
}

function numberOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.length === 1 ? value[0] : value.length;
  if (typeof value === "string") return value.length;
  if (value instanceof Object && "queue" in value) return value.queue instanceof Queue;
  return value;
}

/** What was told by another thread, once so many have come. */
async function keptBy(ref: RefOf<typeof keeper>, count: number): Promise<unknown[]> {
  const kept: unknown[] = [];
  await until(10_000, `${count} values`, async () => {
    kept.push(...await ref.ask.kept());
    return kept.length >= count;
  });
  return kept;
}

Deno.test.each([...KINDS])(
  'sharedMemoryTransport() keeps the order of all kinds of values, worker "$worker"',
  async ({ worker }) => {
    await using system = start(1, worker);
    using queue = new Queue<number>();
    const ref = await system.spawn(keeper);
    const sent = Array.from({ length: 300 }, (_, round) => mixture(round, queue));
    for (const value of sent) ref.tell.keep(value);
    const kept = await within(10_000, "what was told", ref.ask.kept());
    const values = Array.from({ length: 300 }, (_, round) => numberOf(mixture(round, queue)));
    // A transfer stands for its value.
    for (let at = 4; at < 300; at += 6) values[at] = 100_000;
    assertEquals(kept.map(numberOf), values);
  },
);

Deno.test("sharedMemoryTransport() keeps order when the ring is full", async () => {
  await using system = start();
  const ref = await system.spawn(keeper);
  const texts = Array.from({ length: 2_000 }, (_, n) => `${n} ${"y".repeat(n % 997)}`);
  for (let round = 0; round < 5; round++) {
    for (const text of texts) ref.tell.keep(text);
    assertEquals(await within(10_000, "the texts", ref.ask.kept()), texts);
  }
});

Deno.test("sharedMemoryTransport() connects workers with each other", async () => {
  await using system = start(2);
  const [one, other] = [await system.spawn(keeper), await system.spawn(keeper)];
  const values = Array.from({ length: 5_000 }, (_, n) => n);
  await one.ask.tellAll(other, values);
  assertEquals(await keptBy(other, values.length), values);
});

Deno.test("sharedMemoryTransport() carries streams and many asks in flight", async () => {
  await using system = start();
  const ref = await system.spawn(keeper);
  let sum = 0;
  for await (const n of ref.stream.count(500)) sum += n;
  assertEquals(sum, 124_750);
  const answers = await Promise.all(Array.from({ length: 3_000 }, (_, n) => ref.ask.echo(n)));
  assertEquals(answers, Array.from({ length: 3_000 }, (_, n) => n));
});

Deno.test.each([...KINDS])(
  'An ask over sharedMemoryTransport() rejects when its worker ends, and the actor comes back, worker "$worker"',
  async ({ worker }) => {
    await using system = start(1, worker);
    const ref = await system.spawn(keeper);
    for (let round = 0; round < 3; round++) {
      const error = await within(20_000, "the loss", ref.ask.end().catch((error) => error));
      assertInstanceOf(error, HostLostError);
      assertEquals(await within(20_000, "the new thread", ref.ask.echo(round)), round);
    }
  },
);

Deno.test("What was told before a worker ends itself arrives over sharedMemoryTransport()", async () => {
  for (let round = 0; round < 10; round++) {
    await using system = start(2);
    const kept = await system.spawn(keeper);
    const dying = await system.spawn(keeper.with({ on: "own", restart: "temporary" }));
    await dying.ask.tellAll(kept, [1, 2, 3]);
    await within(20_000, "the loss", dying.ask.end().catch(() => {}));
    assertEquals(await keptBy(kept, 3), [1, 2, 3]);
  }
});

Deno.test("ActorSystem refuses a transport of another origin", () => {
  assertThrows(
    () => new ActorSystem({ transport: { module: "data:text/javascript," } }),
    TypeError,
    "Cannot create ActorSystem: transport must come from sharedMemoryTransport()",
  );
});

Deno.test("TextRing gives all texts in order, whatever their lengths, round and round", () => {
  const memory = new SharedArrayBuffer(TEXT_RING_BYTES);
  const [writer, reader] = [new TextRing(memory, 0), new TextRing(memory, 0)];
  // Starts near the end of the counters, which wrap around.
  Atomics.store(writer.words, 0, 2 ** 31 - 65_536);
  Atomics.store(writer.words, 1, 2 ** 31 - 65_536);
  let written = 0;
  let read = 0;
  let refused = 0;
  let seed = 1;
  const random = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below;
  const textOf = (n: number) => `${n}:` + "aé€\u{1f600}".repeat((n * 7_919) % 1_500);
  while (read < 20_000) {
    if (random(3) > 0) {
      if (writer.write(written, textOf(written))) written++;
      else refused++;
    } else if (read < written) {
      assertEquals(reader.read(read), textOf(read));
      read++;
    } else {
      assertEquals(reader.read(read), null);
    }
  }
  assert(refused > 0, "the ring was full at times");
});

Deno.test.each([
  {
    what: "a length beyond the memory",
    write: (memory: SharedArrayBuffer) => new Int32Array(memory, 16).set([0, 2 ** 30]),
  },
  {
    what: "a negative length",
    write: (memory: SharedArrayBuffer) => new Int32Array(memory, 16).set([0, -5]),
  },
  {
    what: "no JSON",
    write: (memory: SharedArrayBuffer) => new Int32Array(memory, 16).set([0, 4]),
  },
  {
    what: "no message by the port",
    write: (_: SharedArrayBuffer, port: MessagePort) => port.postMessage(5),
  },
])("A link by shared memory ends when the other side sends $what", async ({ write }) => {
  const memory = new SharedArrayBuffer(PORT_BYTES);
  const { port1, port2 } = new MessageChannel();
  const broken = Promise.withResolvers<unknown>();
  const port = new SharedCarrier(port2, memory, 1);
  const link = new Link(port, () => {}, broken.resolve);
  write(memory, port1);
  const words = new Int32Array(memory);
  Atomics.store(words, 0, 12);
  Atomics.notify(words, 0);
  assertInstanceOf(await within(20_000, "the end", broken.promise), Error);
  link.close(new Error("the test is over"));
  port1.close();
});

Deno.test("sharedMemoryTransport() closes the pipe ends in messages that a closed connection still held", async () => {
  using ends = new PipePair<unknown>();
  const { port1, port2 } = new MessageChannel();
  const memory = new SharedArrayBuffer(PORT_BYTES);
  const left = new Link(new SharedCarrier(port1, memory, 0), () => {});
  const right = new Link(new SharedCarrier(port2, memory, 1), () => {});
  const packet = capture([ends.right], OVER_LINK, "message", "args");
  left.send([0, packet.payload], packet);
  left.flush();
  right.close(new Error("closed"));
  left.close(new Error("closed"));
  const received = within(20_000, "the end", ends.left.receive());
  await assertRejects(() => received, ChannelClosedError);
});
