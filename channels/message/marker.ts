import type { HandleToken } from "./handle.ts";

/**
 * Key of a marker. An object whose only key is this one stands, in the JSON text of a message, for a value that
 * JSON lacks; a plain object that has such a key itself crosses as an `"object"` marker.
 */
export const MARK = "$";

/** What a marker holds: the tag of its kind, then what that kind needs. */
export type Marker =
  | readonly [kind: "undefined"]
  | readonly [kind: "number", text: string]
  | readonly [kind: "bigint", text: string]
  /** An object met before, by its position in the order of the walk. */
  | readonly [kind: "same", ordinal: number]
  /** A value below the depth limit, continued in `EncodedPayload.deep`. */
  | readonly [kind: "deep", index: number]
  /** An object with a key that JSON text cannot hold plainly, or an array with holes. */
  | readonly [kind: "entries", length: number | null, entries: unknown[]]
  | readonly [kind: "map", entries: unknown[]]
  | readonly [kind: "set", values: unknown[]]
  | readonly [kind: "date", time: number | null]
  | readonly [kind: "regexp", source: string, flags: string]
  | readonly [kind: "boxed", value: unknown]
  /** A typed array or `DataView` over a buffer that crosses by itself. */
  | readonly [kind: "view", type: string, buffer: unknown, byteOffset: number, length: number]
  /** A value that structured clone carries beside the text, which is an object (`true`) or a text. */
  | readonly [kind: "attachment", index: number, isObject: boolean]
  /** An array of nothing but numbers; the attachment holds them as doubles. */
  | readonly [kind: "numbers", index: number]
  /** `fields`: the hidden ones, then those that are enumerable, as flat pairs of key and value. */
  | readonly [kind: "error", error: EncodedError, fields: unknown[]]
  | readonly [kind: "class", name: string, data: Payload]
  | readonly [kind: "handle", token: HandleToken]
  /** `aborted`: the reason in a list, for one that was aborted when it was sent. */
  | readonly [kind: "signal", index: number, aborted: unknown[] | null];

/** An error on its way, without its fields. */
export interface EncodedError {
  /** A class that both sides know, else `null`. */
  readonly class: string | null;
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** How many of its fields are hidden from enumeration. */
  readonly hidden: number;
  /** What a `QuotaExceededError` was made with. */
  readonly quota: { readonly quota?: number; readonly requested?: number } | undefined;
}

/** A list of values ready for JSON: as it is when all of it is plain data, else with markers in it. */
export type Payload = unknown[] | EncodedPayload;

/** Values with markers in them. */
export interface EncodedPayload {
  readonly values: unknown[];
  /** What the depth limit cut off, in the order of the walk. */
  readonly deep?: unknown[];
  /** Where the attachments of this message begin among those of its batch. */
  attachmentBase?: number;
  /** How many there are. */
  attachmentCount?: number;
  /** Modules that the thread needs where it arrives. */
  modules?: readonly string[];
  /** Numbers on the link of the signals that the markers name by index. */
  signals?: readonly number[];
}
