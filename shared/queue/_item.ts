import "../../channels/link/signal_relay.ts";
import {
  fromBytes,
  type Part,
  Scratch,
  textOf,
  toBytes,
  writeText,
} from "../../channels/message/bytes.ts";
import { draftOf } from "../../channels/packing/capture.ts";
import type { Destination } from "../../channels/packing/destination.ts";
import { jsonOf, readJson } from "../../channels/vocabulary/kept.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { contextOf, revive } from "../../channels/message/revival.ts";
import { PLAIN } from "./_ring.ts";

/**
 * Items as bytes.
 *
 * | byte 0 | then                                                                                        |
 * | ------ | ------------------------------------------------------------------------------------------- |
 * | ","    | the value as JSON, in UTF-8: items that follow each other are the inside of a JSON list     |
 * | 1      | the payload with markers as JSON, then each attachment: parts as in `channels/message/bytes.ts` |
 *
 * @module
 */
const MARKED = 1;

const AS_BYTES: Destination = {
  stays: false,
  isText: true,
  passesAborts: false,
  refusal: "cannot be sent as bytes: use a Queue",
  reach: "process",
};

/** Where this thread makes its items. */
export const outgoing = new Scratch();

/**
 * Makes an item of a value, in {@linkcode outgoing}; gives its length.
 *
 * @throws {TypeError} when the value cannot be sent as bytes, by path.
 */
export function encodeItem(value: unknown): number {
  const { payload, extras } = draftOf([value], AS_BYTES, "item", "value");
  if (Array.isArray(payload)) {
    const end = writeText(jsonOf(payload[0]), outgoing, 1);
    outgoing.bytes[0] = PLAIN;
    return end;
  }
  const attachments = extras === null ? [] : extras.attachments as Part[];
  const end = toBytes([jsonOf(payload), ...attachments], outgoing, 1);
  outgoing.bytes[0] = MARKED;
  return end;
}

/** The values of items that follow each other; `null` when the first is not a plain one, for {@linkcode decodeItem}. */
export function decodePlain({ bytes, length }: Scratch): unknown[] | null {
  if (bytes[0] !== PLAIN) return null;
  return readJson(`[${textOf(bytes.subarray(1, length))}]`) as unknown[];
}

/**
 * The value of an item that is not plain.
 *
 * @throws {TypeError} when a class or a kind of handle is not known in this thread.
 */
export function decodeItem({ bytes, length }: Scratch): unknown {
  const [text, ...attachments] = fromBytes(bytes.subarray(1, length));
  const payload = readJson(text as string) as Payload;
  return revive(payload, contextOf(attachments))[0];
}
