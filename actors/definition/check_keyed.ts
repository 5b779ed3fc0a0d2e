import {
  checkCount,
  checkFunction,
  checkMs,
  checkOptions,
  checkWord,
  shown,
} from "../../channels/vocabulary/checks.ts";
import type { DurableOptions, KeyedOptions } from "../vocabulary/keyed_definition.ts";

// deno-lint-ignore no-control-regex -- those are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const MOST_CHARACTERS = 512;
const ON_ERROR = ["restart", "resume"];
const OVERFLOWS = ["reject", "drop-oldest", "drop-newest"];

/** @throws {TypeError} when a text cannot be a key. */
export function checkKey(doing: string, key: unknown): asserts key is string {
  checkShortText(doing, "key", key);
}

/** @throws {TypeError} when a text cannot be the name of a kind. */
export function checkKind(doing: string, kind: unknown): asserts kind is string {
  checkShortText(doing, "kind", kind);
  if (kind.includes("/")) {
    throw new TypeError(`Cannot ${doing}: kind must be without "/", received ${shown(kind)}`);
  }
}

/** @throws {TypeError} when it is no text of some characters. */
export function checkShortText(
  doing: string,
  name: string,
  text: unknown,
): asserts text is string {
  const isSo = typeof text === "string" && text !== "" && text.length <= MOST_CHARACTERS &&
    !CONTROL.test(text);
  if (isSo) return;
  const given = typeof text === "string" && text.length > MOST_CHARACTERS
    ? `${text.length} characters`
    : shown(text);
  throw new TypeError(
    `Cannot ${doing}: ${name} must be a text of 1 to ${MOST_CHARACTERS} characters without control ` +
      `characters, received ${given}`,
  );
}

/** Refuses options that a keyed actor cannot have. */
export function checkKeyedOptions(doing: string, options: KeyedOptions): void {
  checkOptions(doing, options);
  if (options.kind !== undefined) checkKind(doing, options.kind);
  checkMs(doing, "idleMs", options.idleMs);
  checkCount(doing, "maxActive", options.maxActive, 1);
  checkCount(doing, "mailbox.capacity", options.mailbox?.capacity, 1);
  checkWord(doing, "mailbox.overflow", options.mailbox?.overflow, OVERFLOWS);
  checkCount(doing, "concurrency", options.concurrency, 1);
  checkWord(doing, "onError", options.onError, ON_ERROR);
  checkMs(doing, "startTimeoutMs", options.startTimeoutMs);
  checkMs(doing, "shutdownMs", options.shutdownMs);
  const { keep = [] } = options;
  if (!Array.isArray(keep)) {
    throw new TypeError(`Cannot ${doing}: keep must be a list of keys, received ${shown(keep)}`);
  }
  for (const key of keep) checkKey(doing, key);
  checkDurableOptions(doing, options);
}

const DURABILITIES = ["disk", "process"];
const ONLY_DURABLE = ["version", "migrate", "reads", "durability", "postAttempts"] as const;

function checkDurableOptions(doing: string, options: KeyedOptions): void {
  const durable = options as Partial<DurableOptions<unknown>>;
  if (durable.state === undefined) {
    const lost = ONLY_DURABLE.find((name) => durable[name] !== undefined);
    if (lost === undefined) return;
    throw new TypeError(`Cannot ${doing}: ${lost} is for durable actors: give state, too`);
  }
  checkFunction(doing, "state", durable.state);
  if (durable.kind === undefined) {
    throw new TypeError(`Cannot ${doing}: with state it needs a kind, its name on disk for good`);
  }
  if (options.concurrency !== undefined && options.concurrency !== 1) {
    throw new RangeError(`Cannot ${doing}: concurrency must be 1 with state`);
  }
  checkCount(doing, "version", durable.version, 1);
  if (durable.migrate !== undefined) checkFunction(doing, "migrate", durable.migrate);
  const { reads = [] } = durable;
  if (!Array.isArray(reads) || reads.some((name) => typeof name !== "string")) {
    throw new TypeError(`Cannot ${doing}: reads must be a list of names, received ${shown(reads)}`);
  }
  checkWord(doing, "durability", durable.durability, DURABILITIES);
  checkCount(doing, "postAttempts", durable.postAttempts, 1);
}
