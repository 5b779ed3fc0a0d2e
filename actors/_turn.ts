import { AsyncLocalStorage } from "node:async_hooks";
import type { Item } from "./_mailbox.ts";

// Entering a context costs about 0.4 us, so only async functions get one; the synchronous part of a turn is known
// from a variable.
const afterAwait = new AsyncLocalStorage<Item>();
const AsyncFunction = (async () => {}).constructor;

let current: Item | null = null;

/** Calls a handler as a turn, so that what it sends is known to come from it, also after an `await`. */
export function runTurn(item: Item, handlers: object, handler: Handler, args: unknown[]): unknown {
  const outer = current;
  current = item;
  const pulse = item.cell!.host.pulse;
  pulse?.enter(item.cell!, item.label);
  try {
    return handler.constructor === AsyncFunction
      ? afterAwait.run(item, () => handler.apply(handlers, args))
      : handler.apply(handlers, args);
  } finally {
    current = outer;
    pulse?.leave();
  }
}

/** The turn that the caller is part of, if it still goes on. */
export function currentTurn(): Item | null {
  if (current !== null) return current;
  const item = afterAwait.getStore();
  return item !== undefined && item.cell !== null ? item : null;
}

/** A handler as it is called. */
export type Handler = (this: unknown, ...args: unknown[]) => unknown;
