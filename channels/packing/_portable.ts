/**
 * What exists in one process only: a message that may leave the process is refused when it holds such a thing, wherever
 * it goes this time.
 *
 * @module
 */
import { HANDLE, type Handle, type HandleOutlet, type HandleToken } from "../message/handle.ts";
import type { Reach } from "./destination.ts";
import { Refusal } from "./_refusal.ts";

const COMES_THROUGH = "send what comes through it in messages";

type Kind = readonly [of: { prototype: object }, what: string, instead: string | null];

const CLASSES: readonly Kind[] = [
  [SharedArrayBuffer, "a SharedArrayBuffer", null],
  [MessagePort, "a MessagePort", COMES_THROUGH],
  [ReadableStream, "a ReadableStream", COMES_THROUGH],
  [WritableStream, "a WritableStream", COMES_THROUGH],
  [TransformStream, "a TransformStream", COMES_THROUGH],
  [File, "a File", "send its name and its bytes"],
  [Blob, "a Blob", "send its bytes"],
  [CryptoKey, "a CryptoKey", "send what crypto.subtle.exportKey() gives"],
  [WebAssembly.Module, "a WebAssembly.Module", "send the bytes that it was compiled from"],
];

const NAMED = "send a text that names it";

/** By the tags of their tokens. */
const HANDLES = new Map<string, readonly [what: string, instead: string]>([
  ["queue", ["a Queue", COMES_THROUGH]],
  ["pipe", ["a PipeEnd", COMES_THROUGH]],
  ["ref", ["an ActorRef", "use the reference to a keyed actor, which system.at() gives"]],
  ["actor", ["the definition of an actor", NAMED]],
  ["task", ["the definition of a task", NAMED]],
]);

/** Tag of references to keyed actors, which mean the same in every process. */
const KEYED = "at";

/** Nothing goes beside the token of a handle that can leave the process. */
const SENT: HandleOutlet = { isKept: false, attach: () => -1, move: () => -1 };
const KEPT: HandleOutlet = { ...SENT, isKept: true };

/**
 * The token of a handle that may leave the process.
 *
 * @throws {Refusal} when it may not.
 */
export function portableToken(handle: Handle, reach: Reach): HandleToken {
  const token = handle[HANDLE](reach === "store" ? KEPT : SENT);
  const [tag] = token;
  if (tag === KEYED) return token;
  throw new Refusal(`is ${handleReason(handle, tag, reach)}`);
}

function handleReason(handle: Handle, tag: string, reach: Reach): string {
  const known = HANDLES.get(tag);
  if (known !== undefined) return staysIn(known[0], reach, known[1]);
  const instead = tag.startsWith("shared.") ? "let a keyed actor hold what is shared" : null;
  const { name } = handle.constructor;
  return staysIn(`${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`, reach, instead);
}

/**
 * Looks at an object of the platform that is copied otherwise, moved or shared.
 *
 * @throws {Refusal} when it exists in this process only, and the message may leave it.
 */
export function checkReach(value: object, reach: Reach): void {
  if (reach === "process") return;
  const kind = kindOf(value);
  if (kind !== null) throw new Refusal(`is ${staysIn(kind[1], reach, kind[2])}`);
}

/**
 * The same for what a message gives away.
 *
 * @throws {Refusal} when it is no `ArrayBuffer`, and the message may leave this process.
 */
export function checkGiven(thing: object, reach: Reach): void {
  if (reach === "process") return;
  const kind = kindOf(thing);
  if (kind !== null) throw new Refusal(`is given ${staysIn(`${kind[1]} to move`, reach, kind[2])}`);
}

function kindOf(value: object): Kind | null {
  const { isPrototypeOf } = Object.prototype;
  return CLASSES.find(([{ prototype }]) => isPrototypeOf.call(prototype, value)) ?? null;
}

function staysIn(what: string, reach: Reach, instead: string | null): string {
  const why = reach === "store" ? "cannot be stored" : "a keyed actor may be in another";
  const reason = `${what}: it exists in one process only, and ${why}`;
  return instead === null ? reason : `${reason}: ${instead}`;
}
