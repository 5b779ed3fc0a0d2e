import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { actor, ActorSystem, task } from "../../mod.ts";
import { pipe, Queue, registerClass, transfer } from "../../channels/mod.ts";
import {
  Manager,
  Mutex,
  Semaphore,
  SharedArray,
  SharedEvent,
  SharedQueue,
  SharedValue,
} from "../../shared/mod.ts";
import { copyErrorHere, copyHere } from "../../actors/cell/copy_here.ts";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK_PORTABLE, STAYS_HERE_PORTABLE } from "../../channels/packing/destination.ts";
import { encodeStored } from "../../channels/packing/stored.ts";
import { HANDLE, type Handle, type HandleToken } from "../../channels/message/handle.ts";

type Way = "here" | "over link" | "store";

/** A reference to a keyed actor, as far as messages are concerned. */
class Keyed implements Handle {
  [HANDLE](): HandleToken {
    return ["at", "cart", "user:42"];
  }
}

class Holder {
  constructor(readonly content: unknown) {}
}
registerClass(Holder, {
  name: "PortableHolder",
  encode: ({ content }) => [content],
  decode: ([content]) => new Holder(content),
});

/** A handle of a kind of its own. */
class Token implements Handle {
  [HANDLE](): HandleToken {
    return ["test.portable", 1];
  }
}

const idle = actor(import.meta, () => ({ ping: () => 1 }));
const nothing = task(import.meta, () => 1);
const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);

/** What sends a list of arguments this way. */
const SEND: Record<Way, (args: unknown[]) => unknown> = {
  "here": (args) => capture(args, STAYS_HERE_PORTABLE, "message", "args"),
  "over link": (args) => capture(args, OVER_LINK_PORTABLE, "message", "args"),
  "store": (args) => encodeStored(args, "message", "args"),
};
const WAYS = Object.keys(SEND) as Way[];

interface Refused {
  what: string;
  make: () => unknown;
  /** What the error names. */
  says: string;
  /** What to use instead. */
  instead?: string;
}

const THROUGH = "send what comes through it in messages";
const HOLD = "let a keyed actor hold what is shared";
const TEXT = "send a text that names it";

const REFUSED: Refused[] = [
  {
    what: "shared memory",
    make: () => new SharedArrayBuffer(8),
    says: "args[0] is a SharedArrayBuffer",
  },
  {
    what: "a typed array over shared memory",
    make: () => new Int32Array(new SharedArrayBuffer(8)),
    says: "args[0].buffer is a SharedArrayBuffer",
  },
  {
    what: "a DataView of growable shared memory",
    make: () => ({ view: new DataView(new SharedArrayBuffer(8, { maxByteLength: 16 })) }),
    says: "args[0].view.buffer is a SharedArrayBuffer",
  },
  {
    what: "shared memory to move",
    make: () => transfer(1, [new SharedArrayBuffer(8) as unknown as Transferable]),
    says: "args[0] is given a SharedArrayBuffer to move",
  },
  {
    what: "a port",
    make: () => [closedPort()],
    says: "args[0][0] is a MessagePort",
    instead: THROUGH,
  },
  {
    what: "a port to move",
    make: () => {
      const port = closedPort();
      return { port: transfer(port, [port]) };
    },
    says: "args[0].port is given a MessagePort to move",
    instead: THROUGH,
  },
  ...[
    { name: "ReadableStream", open: () => new ReadableStream() },
    { name: "WritableStream", open: () => new WritableStream() },
    { name: "TransformStream", open: () => new TransformStream() },
  ].flatMap(({ name, open }) => [
    { what: `a ${name}`, make: open, says: `args[0] is a ${name}`, instead: THROUGH },
    {
      what: `a ${name} to move`,
      make: () => {
        const stream = open();
        return transfer(stream, [stream]);
      },
      says: `args[0] is given a ${name} to move`,
      instead: THROUGH,
    },
  ]),
  {
    what: "a queue",
    make: () => ({ jobs: new Queue() }),
    says: "args[0].jobs is a Queue",
    instead: THROUGH,
  },
  { what: "a pipe end", make: closedEnd, says: "args[0] is a PipeEnd", instead: THROUGH },
  {
    what: "the definition of an actor",
    make: () => idle,
    says: "args[0] is the definition of an actor",
    instead: TEXT,
  },
  {
    what: "the definition of a task",
    make: () => [nothing],
    says: "args[0][0] is the definition of a task",
    instead: TEXT,
  },
  {
    what: "a lock",
    make: () => new Map([["lock", new Mutex()]]),
    says: 'args[0].get("lock") is a Mutex',
    instead: HOLD,
  },
  {
    what: "a semaphore",
    make: () => new Semaphore(1),
    says: "args[0] is a Semaphore",
    instead: HOLD,
  },
  {
    what: "an event",
    make: () => new SharedEvent(),
    says: "args[0] is a SharedEvent",
    instead: HOLD,
  },
  {
    what: "a shared value",
    make: () => new SharedValue("i32"),
    says: "args[0] is a SharedValue",
    instead: HOLD,
  },
  {
    what: "a shared array",
    make: () => new SharedArray("i32", 2),
    says: "args[0] is a SharedArray",
    instead: HOLD,
  },
  {
    what: "a shared queue",
    make: () => new SharedQueue(),
    says: "args[0] is a SharedQueue",
    instead: HOLD,
  },
  { what: "another handle", make: () => [new Token()], says: "args[0][0] is a Token" },
  {
    what: "a key of cryptography",
    make: () => key,
    says: "args[0] is a CryptoKey",
    instead: "send what crypto.subtle.exportKey() gives",
  },
  {
    what: "a module of WebAssembly",
    make: () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
    says: "args[0] is a WebAssembly.Module",
    instead: "send the bytes that it was compiled from",
  },
  {
    what: "a blob",
    make: () => new Set([new Blob(["a"])]),
    says: "args[0].values(0) is a Blob",
    instead: "send its bytes",
  },
  {
    what: "a file",
    make: () => new File(["a"], "name"),
    says: "args[0] is a File",
    instead: "send its name and its bytes",
  },
  {
    what: "what an instance of a registered class holds",
    make: () => [new Holder(new Queue())],
    says: "args[0][0] is a Queue",
    instead: THROUGH,
  },
];

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}

function closedEnd(): unknown {
  const [end, other] = pipe();
  end.close();
  other.close();
  return end;
}

/** The whole message. */
function messageOf({ says, instead }: Omit<Refused, "what" | "make">, way: Way): string {
  const [verb, why] = way === "store"
    ? ["store", "cannot be stored"]
    : ["send", "a keyed actor may be in another"];
  const whole = `Cannot ${verb} message: ${says}: it exists in one process only, and ${why}`;
  return instead === undefined ? whole : `${whole}: ${instead}`;
}

function assertRefused(value: unknown, way: Way, message: string): void {
  const error = assertThrows(() => SEND[way]([value]), TypeError);
  assertEquals(error.message, message);
}

Deno.test.each(REFUSED.flatMap((row) => WAYS.map((way) => ({ ...row, way }))))(
  "A message that may leave the process is refused ($way): $what",
  ({ make, way, ...row }) => assertRefused(make(), way, messageOf(row, way)),
);

Deno.test.each(WAYS.map((way) => ({ way })))(
  "A message that may leave the process is refused ($way): a plain reference",
  async ({ way }) => {
    await using system = new ActorSystem({ workers: 0 });
    const ref = await system.spawn(idle);
    const instead = "use the reference to a keyed actor, which system.at() gives";
    assertRefused(ref, way, messageOf({ says: "args[0] is an ActorRef", instead }, way));
  },
);

Deno.test.each(WAYS.map((way) => ({ way })))(
  "A message that may leave the process is refused, and nothing of it lent ($way): a managed object",
  async ({ way }) => {
    await using manager = new Manager();
    using list = await manager.list([1]);
    assertRefused(list, way, messageOf({ says: "args[0] is a ManagedList", instead: HOLD }, way));
    assertEquals(await list.length(), 1);
  },
);

Deno.test.each(WAYS.map((way) => ({ way })))(
  "A refused message that may leave the process leaves all where it is ($way)",
  async ({ way }) => {
    const [end, other] = pipe();
    const bytes = new Uint8Array(8);
    assertThrows(() => SEND[way]([transfer(bytes, [bytes.buffer]), end]), TypeError);
    assertEquals(bytes.byteLength, 8);
    await end.send("here");
    assertEquals(await other.receive(), "here");
    end.close();
    other.close();
  },
);

Deno.test.each(WAYS.map((way) => ({ way })))(
  "A message that may leave the process detaches what transfer() marks ($way)",
  ({ way }) => {
    const bytes = new Uint8Array([1, 2, 3]);
    SEND[way]([transfer(bytes, [bytes.buffer])]);
    assertEquals(bytes.byteLength, 0);
  },
);

Deno.test.each(WAYS.map((way) => ({ way })))(
  "A message that may leave the process takes what is data ($way)",
  ({ way }) => {
    SEND[way]([
      { a: [1, "x", null], big: 1n, date: new Date(1), bytes: new Uint8Array(3) },
      new Map([[new Set([undefined]), new Error("why", { cause: /a/ })]]),
      AbortSignal.abort("over"),
      new Holder([new Holder(1)]),
      [new Keyed()],
    ]);
  },
);

Deno.test.each(["here", "over link"] as const)(
  "A message that may leave the process takes a live signal: %s",
  (way) => {
    const { signal } = new AbortController();
    const { attachments, signals } = SEND[way]([signal]) as ReturnType<typeof capture>;
    assertStrictEquals(way === "here" ? attachments[0] : signals[0], signal);
  },
);

Deno.test("A live signal cannot be stored", () => {
  const value = { signal: new AbortController().signal };
  assertRefused(
    value,
    "store",
    "Cannot store message: args[0].signal is an AbortSignal: it cannot be stored",
  );
});

Deno.test("What an error holds and cannot be stored does not keep it from being stored", () => {
  const text = encodeStored(new Error("why", { cause: new Queue() }), "reply", "result");
  assert((text as string).includes('["cause","[object]"]'), String(text));
});

Deno.test("A message over a link holds the token of a keyed reference", () => {
  const { payload } = capture([new Keyed()], OVER_LINK_PORTABLE, "message", "args");
  assertEquals(JSON.stringify(payload), '{"values":[{"$":["handle",["at","cart","user:42"]]}]}');
});

Deno.test.each<{ what: string; place: (value: unknown) => unknown }>([
  { what: "alone", place: (value) => value },
  { what: "in a plain object", place: (value) => ({ value }) },
  { what: "beside a date", place: (value) => [new Date(0), value] },
])("copyHere() refuses what cannot leave the process where it may: $what", ({ place }) => {
  assertThrows(
    () => copyHere([place(new Queue())], "message", "args", STAYS_HERE_PORTABLE),
    TypeError,
    "is a Queue: it exists in one process only, and a keyed actor may be in another",
  );
});

Deno.test("copyHere() gives keyed references and live signals themselves where all may leave", () => {
  const values = [new Keyed(), new AbortController().signal, 1n, [NaN]] as const;
  const [ref, signal, big, list] = copyHere([...values], "message", "args", STAYS_HERE_PORTABLE);
  assertStrictEquals(ref, values[0]);
  assertStrictEquals(signal, values[1]);
  assertEquals([big, list], [1n, [NaN]]);
});

Deno.test("copyErrorHere() leaves out what cannot leave the process where all may", () => {
  const error = new Error("why", { cause: new Queue() });
  assertEquals((copyErrorHere(error, STAYS_HERE_PORTABLE) as Error).cause, "[object]");
  assertStrictEquals((copyErrorHere(error) as Error).cause instanceof Queue, true);
});
