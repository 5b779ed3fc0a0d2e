import { shown } from "../data/elements.ts";
import type { SharedListValue } from "../vocabulary/shared_list_value.ts";

/**
 * The memory of a {@linkcode SharedList}, in bytes; its lock is held by whoever calls this.
 *
 * | bytes                   | what                                                         |
 * | ----------------------- | ------------------------------------------------------------ |
 * | 0 to 7                  | the lock, a mutex                                            |
 * | 8 to 11                 | a mark that tells a list from other memory                   |
 * | 12 to 15                | how many slots                                               |
 * | 16 bytes for each slot  | kind, bytes used, bytes there are, where they begin (32 bits) |
 * | the rest                | the slots, each at a multiple of 8                           |
 *
 * The places and sizes of the slots are written once, before anybody else has the memory. A value is written while its
 * slot says that it holds `null`: when the writer's thread ends in the middle, that is what is left.
 *
 * @module
 */

const MARK = 0x54_4c_53_31;
const MARK_AT = 2;
const LENGTH_AT = 3;
const TABLE_AT = 4;

/** Words of the table for each slot. */
const ENTRY = 4;
const KIND = 0;
const USED = 1;
const ROOM = 2;
const BEGIN = 3;

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const BIGINT = 4;
const TEXT = 5;
const BYTES = 6;

const encoder = new TextEncoder();
// Without this a mark at the beginning of a text would be taken for one of its encoding.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A value as it is stored. */
interface Stored {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

function store(doing: string, value: SharedListValue): Stored {
  switch (typeof value) {
    case "boolean":
      return { kind: value ? TRUE : FALSE, bytes: NOTHING };
    case "number":
      return { kind: NUMBER, bytes: new Uint8Array(Float64Array.of(value).buffer) };
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) {
        throw new RangeError(`Cannot ${doing}: a bigint must have 64 bits, received ${value}n`);
      }
      return { kind: BIGINT, bytes: new Uint8Array(BigInt64Array.of(value).buffer) };
    case "string":
      if (!value.isWellFormed()) {
        throw new TypeError(`Cannot ${doing}: the text has half of a surrogate pair`);
      }
      return { kind: TEXT, bytes: encoder.encode(value) };
  }
  if (value === null) return { kind: NULL, bytes: NOTHING };
  if (value instanceof Uint8Array) return { kind: BYTES, bytes: value };
  throw new TypeError(
    `Cannot ${doing}: a value must be a number, bigint, boolean, null, text or Uint8Array, ` +
      `received ${shown(value)}`,
  );
}

/** Bytes of the slot for a value: as in Python, always more than text or bytes need now. */
function roomFor({ kind, bytes }: Stored): number {
  return kind === TEXT || kind === BYTES ? 8 * (Math.floor(bytes.length / 8) + 1) : 8;
}

/** Makes the memory of a list. */
export function makeSlots(values: readonly SharedListValue[]): SharedArrayBuffer {
  const stored = values.map((value, index) => store(`create SharedList: at index ${index}`, value));
  let begin = 4 * (TABLE_AT + ENTRY * stored.length);
  const end = stored.reduce((end, each) => end + roomFor(each), begin);
  const buffer = new SharedArrayBuffer(end);
  const words = new Uint32Array(buffer, 0, begin / 4);
  words[MARK_AT] = MARK;
  words[LENGTH_AT] = stored.length;
  for (const [index, each] of stored.entries()) {
    const entry = TABLE_AT + ENTRY * index;
    words[entry + ROOM] = roomFor(each);
    words[entry + BEGIN] = begin;
    begin += roomFor(each);
  }
  const slots = new ListSlots(buffer);
  stored.forEach((each, index) => slots.write(index, each));
  return buffer;
}

/** Whether memory is that of a list. */
export function holdsList(buffer: SharedArrayBuffer): boolean {
  return buffer.byteLength >= 4 * TABLE_AT && new Uint32Array(buffer, 0, 4)[MARK_AT] === MARK;
}

/** Reads and writes the slots. */
export class ListSlots {
  readonly length: number;
  readonly #words: Uint32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer) {
    this.length = new Uint32Array(buffer, 0, TABLE_AT)[LENGTH_AT]!;
    this.#words = new Uint32Array(buffer, 0, TABLE_AT + ENTRY * this.length);
    this.#bytes = new Uint8Array(buffer);
  }

  read(index: number): SharedListValue {
    const entry = TABLE_AT + ENTRY * index;
    const [kind, used, , begin] = this.#words.subarray(entry, entry + ENTRY);
    if (kind === NULL) return null;
    if (kind === FALSE || kind === TRUE) return kind === TRUE;
    // A copy, which nobody else can write to.
    const bytes = this.#bytes.slice(begin, begin! + used!);
    switch (kind) {
      case NUMBER:
        return new Float64Array(bytes.buffer)[0]!;
      case BIGINT:
        return new BigInt64Array(bytes.buffer)[0]!;
      case TEXT:
        return decoder.decode(bytes);
      default:
        return bytes;
    }
  }

  /**
   * Gives a value in the form that {@linkcode ListSlots.write} takes.
   *
   * @throws {RangeError} when there is no room for it in the slot.
   */
  fit(index: number, value: SharedListValue): Stored {
    const doing = `set element ${index} of SharedList`;
    const stored = store(doing, value);
    const room = this.#words[TABLE_AT + ENTRY * index + ROOM]!;
    if (stored.bytes.length <= room) return stored;
    throw new RangeError(
      `Cannot ${doing}: its slot has ${room} bytes, received ${stored.bytes.length}`,
    );
  }

  write(index: number, { kind, bytes }: Stored): void {
    const entry = TABLE_AT + ENTRY * index;
    const words = this.#words;
    Atomics.store(words, entry + KIND, NULL);
    this.#bytes.set(bytes, words[entry + BEGIN]);
    words[entry + USED] = bytes.length;
    Atomics.store(words, entry + KIND, kind);
  }
}
