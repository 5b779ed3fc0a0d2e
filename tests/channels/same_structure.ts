/**
 * A comparison of two graphs of values that also looks at identity: where one has the same object twice (or
 * itself inside itself), the other has to as well. Does not recurse, so depth is no limit.
 *
 * @module
 */
import { AssertionError } from "@std/assert";

type Step = readonly [actual: unknown, expected: unknown, path: string];

/** Fails unless both graphs have the same shape, contents, classes and identities. */
export function assertSameStructure(actual: unknown, expected: unknown, note = ""): void {
  const twins = new Map<unknown, unknown>();
  const expectedSeen = new Set<unknown>();
  const open: Step[] = [[actual, expected, "value"]];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const [a, b, path] = step;
    const check = (isSame: boolean, what: string) => {
      if (!isSame) throw new AssertionError(`${shorten(path)}: ${what} ${note}`);
    };
    if (typeof b !== "object" || b === null) {
      check(Object.is(a, b), `${show(a)} in place of ${show(b)}`);
      continue;
    }
    check(typeof a === "object" && a !== null, `${show(a)} in place of an object`);
    if (twins.has(a) || expectedSeen.has(b)) {
      check(twins.get(a) === b, "identity differs");
      continue;
    }
    twins.set(a, b);
    expectedSeen.add(b);
    check(Object.getPrototypeOf(a) === Object.getPrototypeOf(b), "class differs");
    for (const part of parts(a as object, b, path, check)) open.push(part);
  }
}

type Check = (isSame: boolean, what: string) => void;

/** What has to be compared next. */
function parts(a: object, b: object, path: string, check: Check): Step[] {
  if (b instanceof Map) return pairs([...(a as typeof b)].flat(1), [...b].flat(1), path, check);
  if (b instanceof Set) return pairs([...(a as typeof b)], [...b], path, check);
  if (ArrayBuffer.isView(b)) return viewParts(a as ArrayBufferView, b, path, check);
  if (b instanceof ArrayBuffer || b instanceof SharedArrayBuffer) {
    return [[bytes(a as ArrayBuffer), bytes(b), path]];
  }
  if (b instanceof Date) return [[(a as Date).getTime(), b.getTime(), path]];
  if (b instanceof RegExp) return [[String(a), String(b), path]];
  const isBoxed = [Number, String, Boolean, BigInt].some((boxed) => b instanceof boxed);
  if (isBoxed) return [[a.valueOf(), b.valueOf(), path]];
  if (Array.isArray(b)) check((a as unknown[]).length === b.length, "length differs");
  const keys = Object.keys(b);
  check(JSON.stringify(Object.keys(a)) === JSON.stringify(keys), "keys differ");
  return keys.map((key) => [own(a, key), own(b, key), `${path}.${key}`]);
}

function pairs(a: unknown[], b: unknown[], path: string, check: Check): Step[] {
  check(a.length === b.length, "size differs");
  return b.map((item, index) => [a[index], item, `${path}(${index})`]);
}

function viewParts(a: ArrayBufferView, b: ArrayBufferView, path: string, check: Check): Step[] {
  check(a.byteOffset === b.byteOffset, "byteOffset differs");
  check(a.byteLength === b.byteLength, "byteLength differs");
  return [[a.buffer, b.buffer, `${path}.buffer`]];
}

function bytes(buffer: ArrayBuffer | SharedArrayBuffer): string {
  const { byteLength, maxByteLength } = buffer;
  return `${new Uint8Array(buffer)} of ${byteLength}, at most ${maxByteLength}`;
}

function own(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)!.value;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : typeof value === "object" ? "an object" : String(value);
}

function shorten(path: string): string {
  return path.length < 200 ? path : `${path.slice(0, 100)}...${path.slice(-100)}`;
}
