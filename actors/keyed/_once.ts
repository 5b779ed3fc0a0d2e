import { decodeStored, type Stored } from "../../channels/message/stored.ts";
import { encodeStored } from "../../channels/packing/stored.ts";
import { OnceConflictError } from "../vocabulary/errors.ts";
import type { ActorRecord, DurableSide } from "./_actor_record.ts";
import { keyIn, kindIn } from "./ids.ts";
import type { TurnDraft } from "./_turn_draft.ts";

/** How long the answer to a message with an id is kept, in milliseconds. */
const ONCE_MS = 24 * 60 * 60 * 1_000;

/** A message that is not handled, though its actor is all right. */
export class Refused {
  readonly reason: Error;

  constructor(reason: Error) {
    this.reason = reason;
  }
}

/**
 * Calls the handler of a message with an id, and keeps its answer with the turn; of one that came before, gives the answer
 * of the first time.
 *
 * @param actor Id of the actor.
 * @throws {Refused} Rejects when the id was used for another message.
 */
export async function runOnce(
  actor: string,
  record: ActorRecord,
  { store, clock, handles }: DurableSide,
  turn: TurnDraft,
  id: string,
  call: () => unknown,
): Promise<unknown> {
  const { label, args } = turn.item;
  const print = printOf(label, encodeStored(args, "message", "args"));
  const known = record.onceOf(id) ??
    await store.once(kindIn(actor), keyIn(actor), id, clock.wallTime());
  if (known !== null) {
    if (known.print !== print) throw new Refused(new OnceConflictError(actor, label, id));
    return decodeStored(known.result, handles);
  }
  const result = await call();
  // What cannot be kept is refused before anything is committed.
  const kept = encodeStored(result, "reply", "result");
  turn.once = { id, print, result: kept, expires: clock.wallTime() + ONCE_MS };
  return result;
}

/** Tells a message from another one: FNV-1a over its handler and arguments, twice with different offsets. */
function printOf(handler: string, args: Stored): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  const add = (unit: number) => {
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  };
  for (let index = 0; index < handler.length; index++) add(handler.charCodeAt(index));
  add(0);
  if (typeof args === "string") {
    for (let index = 0; index < args.length; index++) add(args.charCodeAt(index));
  } else {
    for (const byte of args) add(byte);
  }
  return `${(low >>> 0).toString(36)}.${(high >>> 0).toString(36)}.${args.length}`;
}
