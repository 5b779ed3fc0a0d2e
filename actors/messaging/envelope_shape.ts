import { checkCame } from "../../channels/vocabulary/malformed.ts";
import * as wire from "./protocol.ts";

// What follows the kind, one letter for each: see `CHECKS`. Payloads of more items are checked when they are revived.
const SHAPES: Readonly<Record<wire.HostEnvelope[0], string>> = {
  [wire.TELL]: "it",
  [wire.ASK]: "it",
  [wire.CHAINED_ASK]: "nitpcm",
  [wire.CANCEL]: "n",
  [wire.REPLY]: "nt",
  [wire.FAIL]: "np",
  [wire.STREAM]: "nitpc",
  [wire.CREDIT]: "nn",
  [wire.ITEM]: "np",
  [wire.SPAWN]: "nbbTpp",
  [wire.BORN]: "nn",
  [wire.REVIVE]: "nnbAnp",
  [wire.STARTS_AGAIN]: "n",
  [wire.FAILED]: "np",
  [wire.HALT]: "nn",
  [wire.RESUME]: "nnp",
  [wire.FINISH]: "nnp",
  [wire.RUN]: "nbppN",
  [wire.STOP]: "nnb",
  [wire.KILL]: "nn",
  [wire.HAS_ENDED]: "nn",
  [wire.WATCH]: "nn",
  [wire.EXITED]: "np",
  [wire.CONNECT]: "npb",
  [wire.READY]: "t",
  [wire.FATAL]: "p",
  [wire.HOST_LOST]: "npob",
  [wire.MOURNED]: "naaan",
  [wire.HOST_BACK]: "na",
  [wire.HOST_GONE]: "n",
  [wire.DEPARTED]: "nbb",
  [wire.REPORT]: "tp",
  [wire.DIRECTORY]: "na",
  [wire.SHUTDOWN]: "nl",
  [wire.SEND_ALL]: "nN",
  [wire.QUIET]: "",
  [wire.KIND]: "p",
  [wire.WAKE]: "t",
};

const isNumber = (part: unknown) => typeof part === "number";
const isText = (part: unknown) => typeof part === "string";

const CHECKS: Readonly<Record<string, (part: unknown) => boolean>> = {
  /** A number. */
  n: isNumber,
  N: (part) => part === null || isNumber(part),
  /** An actor on its host: its number, or kind and key. */
  i: (part) => isNumber(part) || isText(part) && (part as string).indexOf("/") > 0,
  /** What marks a message, if anything. */
  m: (part) => part === undefined || isMeta(part),
  /** A limit of time. */
  l: (part) => part === "Infinity" || isNumber(part),
  /** A text. */
  t: isText,
  T: (part) => part === null || isText(part),
  b: (part) => typeof part === "boolean",
  /** A payload. */
  p: (part) => typeof part === "object" && part !== null,
  /** The handlers that wait. */
  c: (part) => part === null || Array.isArray(part) && part.every(isText),
  /** A list. */
  a: Array.isArray,
  /** Numbers. */
  A: (part) => part === null || Array.isArray(part) && part.every(isNumber),
  /** An object, or none. */
  o: (part) => typeof part === "object",
};

function isMeta(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  const { once, alarm, post } = part as Record<string, unknown>;
  const isAlarm = Array.isArray(alarm) && isText(alarm[0]) && isNumber(alarm[1]);
  return (once === undefined || isText(once)) && (alarm === undefined || isAlarm) &&
    (post === undefined || isNumber(post));
}

// What only host 0 decides.
const ORDERS: ReadonlySet<number> = new Set([
  wire.HOST_LOST,
  wire.HOST_BACK,
  wire.HOST_GONE,
  wire.SHUTDOWN,
  wire.SEND_ALL,
  wire.QUIET,
  wire.WAKE,
]);

/** @throws {TypeError} when what came from the host with this index is not what hosts say to each other. */
export function checkShape(envelope: wire.HostEnvelope, from: number): void {
  const [kind] = envelope;
  const shape: string | undefined = SHAPES[kind];
  const isKnown = shape !== undefined && (from === 0 || !ORDERS.has(kind));
  checkCame(isKnown, `envelope of kind ${kind}`);
  for (let index = 0; index < shape.length; index++) {
    if (!CHECKS[shape[index]!]!(envelope[index + 1])) checkCame(false, `envelope of kind ${kind}`);
  }
}
