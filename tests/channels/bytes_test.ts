import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { fromBytes, isPart, type Part, Scratch, toBytes } from "../../channels/message/bytes.ts";
import { seededRandom } from "./random_value.ts";

/** The bytes of parts. */
function bytesOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const scratch = new Scratch();
  const end = toBytes(parts, scratch, 0);
  return scratch.bytes.slice(0, end);
}

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;

Deno.test.each<{ what: string; parts: Part[] }>([
  { what: "nothing", parts: [] },
  { what: "an empty text", parts: [""] },
  { what: "an empty buffer", parts: [buffer()] },
  { what: "a text of many kinds of characters", parts: ["a\u0000é\u2028€😀\ufeff"] },
  { what: "a text that begins with a byte order mark", parts: ["\ufeffa"] },
  { what: "lone surrogates", parts: ["\ud800 and \udfff"] },
  { what: "a long text", parts: ["é".repeat(100_000)] },
  { what: "many parts", parts: ["a", buffer(1, 2), "\udc00", buffer(), "b", buffer(255)] },
])("fromBytes() gives back what toBytes() was given: $what", ({ parts }) => {
  assertEquals(fromBytes(bytesOf(parts)), parts);
});

Deno.test("toBytes() writes from an index on, and keeps what is before it", () => {
  const scratch = new Scratch();
  scratch.bytes[0] = 7;
  const end = toBytes(["x".repeat(5_000), buffer(1)], scratch, 1);
  assertEquals(scratch.bytes[0], 7);
  assertEquals(fromBytes(scratch.bytes.subarray(1, end)), ["x".repeat(5_000), buffer(1)]);
});

Deno.test("fromBytes() gives buffers of their own, as long as they are", () => {
  const bytes = bytesOf([buffer(1, 2, 3)]);
  const [part] = fromBytes(bytes) as [ArrayBuffer];
  bytes.fill(9);
  assertEquals([...new Uint8Array(part)], [1, 2, 3]);
});

Deno.test.each<{ what: string; value: unknown; is: boolean }>([
  { what: "a text", value: "", is: true },
  { what: "a buffer", value: buffer(1), is: true },
  { what: "a resizable buffer", value: new ArrayBuffer(1, { maxByteLength: 2 }), is: false },
  { what: "shared memory", value: new SharedArrayBuffer(1), is: false },
  { what: "a view", value: new Uint8Array(1), is: false },
  { what: "a number", value: 1, is: false },
  { what: "null", value: null, is: false },
])("isPart() of $what is $is", ({ value, is }) => assertStrictEquals(isPart(value), is));

Deno.test.each<{ what: string; bytes: number[] }>([
  { what: "a kind that there is not", bytes: [3, 0, 0, 0, 0] },
  { what: "less than a head", bytes: [1, 0, 0, 0] },
  { what: "a text that is longer than the bytes", bytes: [1, 0, 0, 0, 2, 65] },
  { what: "a buffer that is said to have 4 GB", bytes: [0, 255, 255, 255, 255, 1] },
  { what: "an odd text that is another value", bytes: [2, 0, 0, 0, 1, 49] },
  { what: "an odd text that is no JSON", bytes: [2, 0, 0, 0, 1, 65] },
])("fromBytes() refuses $what", ({ bytes }) => {
  assertThrows(() => fromBytes(new Uint8Array(bytes)), Error);
});

Deno.test("fromBytes() of any bytes throws, or gives no more than they are", () => {
  const random = seededRandom(7);
  const whole = bytesOf(["some text", buffer(...Array(40).keys()), "\ud800"]);
  let refused = 0;
  for (let round = 0; round < 2_000; round++) {
    const bytes = whole.slice(0, Math.floor(random() * (whole.length + 1)));
    for (let times = 0; times < 3 && bytes.length > 0; times++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    try {
      const parts = fromBytes(bytes);
      const size = parts.reduce((sum, part) => {
        return sum + (typeof part === "string" ? part.length : part.byteLength);
      }, 0);
      assert(size <= bytes.length, `${size} from ${bytes.length} bytes`);
    } catch (error) {
      assert(error instanceof TypeError || error instanceof SyntaxError, String(error));
      refused++;
    }
  }
  assert(refused > 100 && refused < 2_000, `${refused} were refused`);
});
