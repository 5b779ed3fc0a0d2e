import type { Stored } from "../../channels/message/stored.ts";

/** A message that is not handled, though its actor is all right. */
export class Refused {
  readonly reason: Error;

  constructor(reason: Error) {
    this.reason = reason;
  }
}

/** Tells a message from another one: FNV-1a over its handler and arguments, twice with different offsets. */
export function printOf(handler: string, args: Stored): string {
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
