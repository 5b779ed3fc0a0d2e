import { abandonValues } from "../../channels/message/abandon.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import { ActorStoppedError, MailboxFullError } from "../vocabulary/errors.ts";
import type { Item, TurnOwner } from "./item.ts";

/** A message has come to an actor that takes none any more. */
export function refuse(cell: TurnOwner, item: Item): void {
  cell.environment.reports.deadLetter(cell.ref, item.label, "the actor has ended");
  abandonValues(item.args);
  const { label } = item;
  item.reply?.reject(frameless(() => new ActorStoppedError(cell.label, `send "${label}"`)), true);
}

/** A message is for a handler that the actor does not have. */
export function refuseUnknown(cell: TurnOwner, item: Item): void {
  item.cell = null;
  cell.environment.reports.deadLetter(cell.ref, item.label, "the actor has no such handler");
  abandonValues(item.args);
  item.reply?.reject(misuse(cell, "call", item.label, "it has no such handler"), true);
}

/** A message is dropped because the mailbox is full. */
export function refuseForRoom(cell: TurnOwner, item: Item, capacity: number): void {
  cell.environment.reports.deadLetter(cell.ref, item.label, "the mailbox is full");
  abandonValues(item.args);
  item.reply?.reject(
    frameless(() => new MailboxFullError(cell.label, capacity, `send "${item.label}"`)),
    true,
  );
}

/** The error of a sender who takes a handler for what it is not. */
export function misuse(cell: TurnOwner, doing: string, handler: string, why: string): TypeError {
  const text = `Cannot ${doing} "${handler}" of actor "${cell.label}": ${why}`;
  return frameless(() => new TypeError(text));
}
