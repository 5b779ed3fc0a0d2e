/**
 * Messages as bytes, where nothing else goes: their parts, which are texts and buffers, one after the other.
 *
 * | kind (8 bits) | length (32 bits) | then                                                                 |
 * | ------------- | ---------------- | -------------------------------------------------------------------- |
 * | 0             | in bytes         | a buffer                                                             |
 * | 1             | in bytes         | a text in UTF-8                                                      |
 * | 2             | in bytes         | a text that UTF-8 cannot hold, because of lone surrogates, as JSON   |
 *
 * @module
 */
import { checkCame } from "../vocabulary/malformed.ts";
import { jsonOf, readJson } from "../vocabulary/kept.ts";

/** What bytes can be made of. */
export type Part = string | ArrayBuffer;

const BUFFER = 0;
const TEXT = 1;
const ODD_TEXT = 2;
const HEAD_BYTES = 5;

const encoder = new TextEncoder();
// Without this a mark at the beginning of a text would be taken for one of its encoding.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Memory for one message after the other, as large as the largest of them. */
export class Scratch {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  length = 0;

  /** Makes room; what was there is kept. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const { bytes } = this;
    this.bytes = new Uint8Array(2 ** Math.ceil(Math.log2(length)));
    this.bytes.set(bytes);
  }
}

/** Whether a value can be sent where only bytes go. A resizable buffer cannot: it would arrive as another one. */
export function isPart(value: unknown): value is Part {
  return typeof value === "string" || value instanceof ArrayBuffer && !value.resizable;
}

/** Writes parts to `into`, from an index on; gives the index behind them. */
export function toBytes(parts: readonly Part[], into: Scratch, at: number): number {
  let end = at;
  for (const part of parts) {
    end = typeof part === "string" ? addText(part, into, end) : addBuffer(part, into, end);
  }
  return end;
}

/**
 * The parts again. Takes no more memory than there are bytes, whatever is in them.
 *
 * @throws {TypeError} when the bytes are not what {@linkcode toBytes} writes.
 */
export function fromBytes(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < bytes.length;) {
    checkCame(at + HEAD_BYTES <= bytes.length, "part");
    const kind = bytes[at]!;
    const begin = at + HEAD_BYTES;
    at = begin + uint32At(bytes, at + 1);
    checkCame(kind <= ODD_TEXT && at <= bytes.length, "part");
    parts.push(partOf(kind, bytes.subarray(begin, at)));
  }
  return parts;
}

function partOf(kind: number, bytes: Uint8Array): Part {
  if (kind === BUFFER) return bytes.slice().buffer as ArrayBuffer;
  const text = textOf(bytes);
  if (kind === TEXT) return text;
  const odd = readJson(text);
  checkCame(typeof odd === "string", "text");
  return odd;
}

/** Writes a text in UTF-8 to `into`, from an index on; gives the index behind it. */
export function writeText(text: string, into: Scratch, at: number): number {
  // No character takes more than three bytes of UTF-8 for each unit of its text.
  into.reserve(at + 3 * text.length);
  const { bytes } = into;
  if (text.length < FEW_CHARACTERS) {
    const end = writeAscii(text, bytes, at);
    if (end >= 0) return end;
  }
  return at + encoder.encodeInto(text, bytes.subarray(at)).written;
}

/** The text that bytes in UTF-8 hold. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

// Below this a loop is faster than the call of the encoder.
const FEW_CHARACTERS = 64;

function writeAscii(text: string, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return -1;
    bytes[at + index] = unit;
  }
  return at + text.length;
}

function addText(text: string, into: Scratch, at: number): number {
  const isUtf8 = text.isWellFormed();
  const end = writeText(isUtf8 ? text : jsonOf(text), into, at + HEAD_BYTES);
  addHead(isUtf8 ? TEXT : ODD_TEXT, into, at, end);
  return end;
}

function addBuffer(buffer: ArrayBuffer, into: Scratch, at: number): number {
  const end = at + HEAD_BYTES + buffer.byteLength;
  into.reserve(end);
  into.bytes.set(new Uint8Array(buffer), at + HEAD_BYTES);
  addHead(BUFFER, into, at, end);
  return end;
}

function addHead(kind: number, { bytes }: Scratch, at: number, end: number): void {
  const length = end - at - HEAD_BYTES;
  bytes[at] = kind;
  bytes[at + 1] = length >>> 24;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 8;
  bytes[at + 4] = length;
}

function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}
