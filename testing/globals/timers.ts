import { AsyncResource } from "node:async_hooks";

type Callback = (...args: unknown[]) => void;

/** Calls back after a number of milliseconds that is finite and not negative; returns what takes it back. */
export type SetTimer = (fire: () => void, ms: number) => () => void;

// Those of the platform are counted from 1.
const FIRST_ID = 1e12;

const { clearTimeout: clearReal, clearInterval: clearRealInterval } = globalThis;

/** What stands for the functions of the platform that set timers, and take them back. */
export function timerFunctions(setTimer: SetTimer): Record<string, unknown> {
  const cancels = new Map<number, () => void>();
  let ids = FIRST_ID;
  const clear = (id: number | undefined, clearReal: (id?: number) => void) => {
    const cancel = cancels.get(id!);
    // It may have been set before.
    if (cancel === undefined) return clearReal.call(globalThis, id);
    cancels.delete(id!);
    cancel();
  };
  // In the async context in which it was set, as the platform does it.
  const bound = (fn: Callback, args: unknown[]) => AsyncResource.bind(() => fn(...args));
  return {
    setTimeout(fn: Callback, ms?: number, ...args: unknown[]) {
      const id = ids++;
      const call = bound(fn, args);
      const fire = () => {
        cancels.delete(id);
        call();
      };
      cancels.set(id, setTimer(fire, atLeast(0, ms)));
      return id;
    },
    setInterval(fn: Callback, ms?: number, ...args: unknown[]) {
      const id = ids++;
      const call = bound(fn, args);
      // One that takes no time would let no time go on.
      const everyMs = atLeast(1, ms);
      const fire = () => {
        next();
        call();
      };
      const next = () => void cancels.set(id, setTimer(fire, everyMs));
      next();
      return id;
    },
    clearTimeout: (id?: number) => clear(id, clearReal),
    clearInterval: (id?: number) => clear(id, clearRealInterval),
  };
}

/** Not a number counts as 0. */
const atLeast = (least: number, ms: number = 0) => ms > least ? +ms : least;

/** See `AbortSignal.timeout`: by the timers that are set now. */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  setTimeout(abort, ms);
  return controller.signal;
}
