import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  HANDLE,
  type Handle,
  type HandleToken,
  isHandle,
  registerHandle,
} from "../../channels/message/handle.ts";
import { arrive, DESTINATIONS } from "./crossing.ts";

class Token implements Handle {
  constructor(readonly id: number) {}
  [HANDLE](): HandleToken {
    return ["test.token", this.id];
  }
}

/** Like a task: a function that crosses by identity. */
function callable(id: number): (() => number) & Handle {
  return Object.assign(() => id, { [HANDLE]: (): HandleToken => ["test.token", id] });
}

registerHandle("test.token", ([id]) => new Token(id as number));

/** What of a handle both sides can know. */
function idOf(handle: unknown): unknown {
  if (handle instanceof Token) return handle.id;
  return typeof handle === "function" && isHandle(handle) ? handle() : handle;
}

Deno.test.each(DESTINATIONS)(
  "capture() lets handles cross inside every container ($destination)",
  ({
    destination,
  }) => {
    const [map, set, list, entries] = arrive(
      [new Map<unknown, unknown>([[new Token(1), new Token(2)]]), new Set([new Token(3)]), [
        new Token(4),
      ], { $: new Token(5) }] as const,
      destination,
    );
    const ids = [...map.keys(), ...map.values(), ...set, ...list, entries.$].map(idOf);
    assertEquals(ids, [1, 2, 3, 4, 5]);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps a handle that occurs twice one object ($destination)",
  ({
    destination,
  }) => {
    const token = new Token(1);
    const [first, second] = arrive([token, { token }] as const, destination);
    assertStrictEquals(second.token, first);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps references to objects that come after a handle ($destination)",
  ({ destination }) => {
    const shared = { shared: true };
    const [token, one, other] = arrive([new Token(1), shared, shared], destination);
    assertEquals([idOf(token), one, other], [1, shared, shared]);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps references to objects that come after a function that is a handle ($destination)",
  ({ destination }) => {
    const shared = { shared: true };
    const [task, one, other] = arrive([callable(1), shared, shared] as unknown[], destination);
    assertEquals([idOf(task), one, other], [1, shared, shared]);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps a cycle that comes after a function that is a handle ($destination)",
  ({ destination }) => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const [, copy] = arrive([callable(1), circle] as const, destination);
    assertStrictEquals(copy.self, copy);
  },
);

Deno.test("capture() copies what is around a handle that stays on its thread", () => {
  const token = new Token(1);
  const list: unknown[] = [token, undefined, 2n, NaN];
  const message = { to: token, list, nested: { text: "a" } };
  const copy = arrive(message, "here");
  list.push("later");
  message.nested.text = "b";
  assertStrictEquals(copy.to, token);
  assertStrictEquals(copy.list[0], token);
  assertEquals(copy.list.slice(1), [undefined, 2n, NaN]);
  assertEquals(copy.nested, { text: "a" });
});

Deno.test.each(DESTINATIONS)("capture() leaves symbol keys behind ($destination)", ({
  destination,
}) => {
  const copy = arrive({ a: 1, [Symbol("key")]: { b: 2 } }, destination);
  assertEquals(Reflect.ownKeys(copy), ["a"]);
});

Deno.test.each(DESTINATIONS)("capture() keeps holes beside undefined ($destination)", ({
  destination,
}) => {
  // deno-lint-ignore no-sparse-arrays -- a hole is not undefined
  const copy = arrive([1, , undefined], destination);
  assertEquals([copy.length, 1 in copy, 2 in copy], [3, false, true]);
});

Deno.test("capture() attaches what a handle needs beside other attachments", () => {
  const memory = new SharedArrayBuffer(4);
  registerHandle("test.memory", ([index], attachment) => attachment(index as number));
  const handle = Object.assign(Object.create({}), {
    [HANDLE]: (
      outlet: { attach(value: unknown): number },
    ): HandleToken => ["test.memory", outlet.attach(memory)],
  });
  const [, revived] = arrive([new Uint8Array(3), handle, new Uint8Array(5)]);
  new Uint8Array(revived as SharedArrayBuffer)[0] = 9;
  assertEquals(new Uint8Array(memory)[0], 9);
});

Deno.test("capture() completes the refusal of a handle with its own reason", () => {
  const handle = Object.assign(Object.create({}), {
    [HANDLE]() {
      throw new Error("belongs to another system");
    },
  });
  const error = assertThrows(() => arrive({ to: handle }), TypeError);
  assertEquals(error.message, "Cannot send message: args[0].to belongs to another system");
});

Deno.test("revive() of an unknown kind of handle says which", () => {
  const handle = Object.assign(Object.create({}), { [HANDLE]: () => ["test.unknown"] });
  assertThrows(() => arrive(handle), TypeError, 'unknown kind "test.unknown"');
});
