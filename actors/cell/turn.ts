import { isThenable } from "../../channels/vocabulary/thenable.ts";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Observer, TurnOutcome } from "../vocabulary/observer.ts";
import type { Item } from "./item.ts";

// Entering a context costs about as much as two local messages, so only what may go on after it has returned gets one;
// the synchronous part of a turn is known from a variable.
const turns = new AsyncLocalStorage<Item>();
// The context in which this module is loaded: nobody's, as a rule. Cheaper than `AsyncLocalStorage.snapshot()`.
const nobodys = new AsyncResource("troupe");

const AsyncFunction = (async () => {}).constructor;

let current: Item | null = null;

/** Calls a handler as a turn, so that what it sends is known to come from it, also after an `await`. */
export function runTurn(
  item: Item,
  handlers: object | undefined,
  handler: Handler,
  args: unknown[],
  observer: Observer | null = item.cell!.environment.observer,
): unknown {
  if (observer !== null) return runObserved(observer, item, handlers, handler, args);
  const outer = current;
  current = item;
  const { cell, label } = item;
  const { habits } = cell!;
  try {
    if (!habits.endsAtOnce(label)) return runLasting(item, handlers, handler, args);
    const result = handler.apply(handlers, args);
    if (result instanceof Promise) habits.lasted(label);
    return result;
  } finally {
    current = outer;
  }
}

function runObserved(
  observer: Observer,
  item: Item,
  handlers: object | undefined,
  handler: Handler,
  args: unknown[],
): unknown {
  const cell = item.cell!;
  let outcome: TurnOutcome | null = "error";
  observer.turnBegan?.(cell, item);
  try {
    const result = runTurn(item, handlers, handler, args, null);
    // Of one that goes on its cell says how it ends.
    outcome = isThenable(result) ? null : "ok";
    return result;
  } finally {
    observer.turnLeft?.();
    if (outcome !== null) observer.turnEnded?.(cell, item, outcome);
  }
}

/** In a function of its own: one with a closure in it costs more, whether it is made or not. */
function runLasting(
  item: Item,
  handlers: object | undefined,
  handler: Handler,
  args: unknown[],
): unknown {
  const result = turns.run(item, () => handler.apply(handlers, args));
  const { habits } = item.cell!;
  if (isThenable(result)) habits.lasted(item.label);
  else habits.ended(item.label);
  return result;
}

/** The same outside of any async context of the caller, as far as it is not called by the scheduler. */
export function runApart(
  item: Item,
  handlers: object | undefined,
  handler: Handler,
  args: unknown[],
): unknown {
  return nobodys.runInAsyncScope(runTurn, undefined, item, handlers, handler, args);
}

/**
 * Calls code that belongs to nobody who happens to be running, in no turn and in no async context of a caller: what a
 * handler finds in an `AsyncLocalStorage` must not depend on where it runs, or on who sent a message before.
 */
export function apart<T>(fn: () => T): T {
  const outer = current;
  current = null;
  try {
    return nobodys.runInAsyncScope(fn);
  } finally {
    current = outer;
  }
}

/** The turn that the caller is part of, if it still goes on. */
export function currentTurn(): Item | null {
  if (current !== null) return current;
  const item = turns.getStore();
  return item !== undefined && item.cell !== null ? item : null;
}

/** Whether a function is declared as `async`. */
export function isAsync(fn: unknown): boolean {
  return fn instanceof AsyncFunction;
}

/** A handler as it is called. */
export type Handler = (this: unknown, ...args: unknown[]) => unknown;
