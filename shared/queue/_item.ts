import "../../channels/link/signal_relay.ts";
import { draftOf } from "../../channels/packing/capture.ts";
import { BY_OTHERS_AS_TEXT } from "../../channels/packing/destination.ts";
import { jsonOf, readJson } from "../../channels/vocabulary/kept.ts";
import type { Payload } from "../../channels/packing/marker.ts";
import { contextOf, revive } from "../../channels/packing/revival.ts";
import { PLAIN, Scratch } from "./_ring.ts";

/**
 * Items as bytes.
 *
 * | byte 0 | then                                                                                     |
 * | ------ | ---------------------------------------------------------------------------------------- |
 * | ","    | the value as JSON, in UTF-8: items that follow each other are the inside of a JSON list  |
 * | 1      | length (32 bits), payload with markers as JSON; then each attachment: kind, length, bytes |
 *
 * An attachment is a buffer (kind 0) or a long text, in UTF-8 (kind 1) or, when that cannot hold it because of lone
 * surrogates, as JSON (kind 2).
 *
 * @module
 */
const MARKED = 1;
const BUFFER = 0;
const TEXT = 1;
const ODD_TEXT = 2;

const encoder = new TextEncoder();
// Without this a mark at the beginning of a text would be taken for one of its encoding.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where this thread makes its items. */
export const outgoing = new Scratch();

/**
 * Makes an item of a value, in {@linkcode outgoing}; gives its length.
 *
 * @throws {TypeError} when the value cannot be sent as bytes, by path.
 */
export function encodeItem(value: unknown): number {
  const { payload, extras } = draftOf([value], BY_OTHERS_AS_TEXT, "item", "value");
  if (Array.isArray(payload)) {
    const end = appendText(1, jsonOf(payload[0]));
    outgoing.bytes[0] = PLAIN;
    return end;
  }
  if (extras !== null) checkBytes(payload, extras);
  let end = appendSized(1, jsonOf(payload));
  for (const attachment of extras?.attachments ?? []) end = appendAttachment(end, attachment);
  outgoing.bytes[0] = MARKED;
  return end;
}

/** The values of items that follow each other; `null` when the first is not a plain one, for {@linkcode decodeItem}. */
export function decodePlain({ bytes, length }: Scratch): unknown[] | null {
  if (bytes[0] !== PLAIN) return null;
  return readJson(`[${decoder.decode(bytes.subarray(1, length))}]`) as unknown[];
}

/**
 * The value of an item that is not plain.
 *
 * @throws {TypeError} when a class or a kind of handle is not known in this thread.
 */
export function decodeItem({ bytes, length }: Scratch): unknown {
  const view = new DataView(bytes.buffer);
  let at = 1;
  const next = () => {
    const size = view.getUint32(at);
    at += 4 + size;
    return bytes.subarray(at - size, at);
  };
  const payload = readJson(decoder.decode(next())) as Payload;
  const attachments: unknown[] = [];
  while (at < length) {
    const kind = view.getUint8(at++);
    const part = next();
    attachments.push(kind === BUFFER ? part.slice().buffer : textOf(kind, decoder.decode(part)));
  }
  return revive(payload, contextOf(attachments))[0];
}

function textOf(kind: number, text: string): string {
  return kind === TEXT ? text : readJson(text) as string;
}

type Extras = NonNullable<ReturnType<typeof draftOf>["extras"]>;

/** @throws {TypeError} when something would have to be moved, or has an identity that bytes cannot carry. */
function checkBytes(payload: Exclude<Payload, unknown[]>, extras: Extras): void {
  const { attachments, moved, movables, signals } = extras;
  const isBytes = (value: unknown) => typeof value === "string" || isPlainBuffer(value);
  if (moved.size > 0) throw refusal("", "moves a buffer: a SharedQueue copies, send it as it is");
  if (attachments.every(isBytes) && movables.size + signals.length === 0) return;
  const path = findPath(payload.values[0], attachments.findIndex((value) => !isBytes(value)));
  throw refusal(path ?? "", "cannot be sent as bytes: use a Queue");
}

function refusal(path: string, reason: string): TypeError {
  return new TypeError(`Cannot send item: value${path} ${reason}`);
}

function isPlainBuffer(value: unknown): boolean {
  return value instanceof ArrayBuffer && !value.resizable;
}

/** The way to the first handle, signal, or attachment with this index; `null` when there is none below. */
function findPath(value: unknown, attachment: number): string | null {
  if (typeof value !== "object" || value === null) return null;
  const marker = (value as Record<string, unknown>)["$"];
  if (Array.isArray(marker)) {
    const [kind, index] = marker;
    if (kind === "handle" || kind === "signal") return "";
    if (kind === "attachment") return index === attachment ? "" : null;
  }
  const isMarker = Array.isArray(marker);
  for (const [key, part] of Object.entries(isMarker ? marker : value)) {
    const path = findPath(part, attachment);
    if (path === null) continue;
    if (isMarker) return path;
    return (Array.isArray(value) ? `[${key}]` : `.${key}`) + path;
  }
  return null;
}

function appendText(at: number, text: string): number {
  // No character takes more than three bytes of UTF-8 for each unit of its text.
  outgoing.reserve(at + 3 * text.length);
  const { bytes } = outgoing;
  if (text.length < FEW_CHARACTERS) {
    const end = appendAscii(bytes, at, text);
    if (end >= 0) return end;
  }
  return at + encoder.encodeInto(text, bytes.subarray(at)).written;
}

// Below this a loop is faster than the call of the encoder.
const FEW_CHARACTERS = 64;

function appendAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return -1;
    bytes[at + index] = unit;
  }
  return at + text.length;
}

function appendSized(at: number, text: string): number {
  const end = appendText(at + 4, text);
  new DataView(outgoing.bytes.buffer).setUint32(at, end - at - 4);
  return end;
}

function appendAttachment(at: number, value: unknown): number {
  if (typeof value === "string") {
    const isUtf8 = value.isWellFormed();
    const end = appendSized(at + 1, isUtf8 ? value : jsonOf(value));
    outgoing.bytes[at] = isUtf8 ? TEXT : ODD_TEXT;
    return end;
  }
  const part = new Uint8Array(value as ArrayBuffer);
  const end = at + 5 + part.length;
  outgoing.reserve(end);
  outgoing.bytes[at] = BUFFER;
  new DataView(outgoing.bytes.buffer).setUint32(at + 1, part.length);
  outgoing.bytes.set(part, at + 5);
  return end;
}
