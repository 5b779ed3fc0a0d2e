import process from "node:process";
import type { Timer } from "../../channels/thread/clock.ts";
import type { World } from "./world.ts";

/** What is replaced, by the object that has it. */
type Replaced = readonly [on: object, by: Record<string, unknown>];

/**
 * Puts what a program takes from the platform under the world's rule: timers and times are virtual, and a thread that
 * closes itself is the simulated one.
 *
 * @returns Gives the real ones back.
 */
export function replaceGlobals(world: World): () => void {
  const timers = new Map<number, Timer>();
  const setTimer = (fn: () => void, ms: number, id: number): number => {
    timers.set(id, world.current.own.platform.clock.setTimer(fn, ms));
    return id;
  };
  let ids = 0;
  let state = 1;
  const once = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    setTimer(() => fn(...args), ms, ++ids);
  const again = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const id = ++ids;
    const next = (): number => setTimer(() => (next(), fn(...args)), ms, id);
    return next();
  };
  const clear = (id: number) => timers.get(id)?.cancel();
  const replaced: Replaced[] = [
    [globalThis, {
      setTimeout: once,
      clearTimeout: clear,
      setInterval: again,
      clearInterval: clear,
      clearImmediate: clear,
      setImmediate: (fn: () => void) => world.current.own.platform.clock.yieldTo(fn),
      close: () => world.exit(),
    }],
    [Deno, { exit: () => world.exit(), refTimer() {}, unrefTimer() {} }],
    [process, { exit: () => world.exit() }],
    [Date, { now: () => Math.floor(world.now) }],
    [performance, { now: () => world.now }],
    // Lehmer's generator: what it gives only has to be the same each time.
    [Math, { random: () => (state = state * 48271 % 0x7fffffff) / 0x7fffffff }],
    [AbortSignal, {
      timeout(ms: number) {
        const controller = new AbortController();
        once(() => controller.abort(new DOMException("Signal timed out.", "TimeoutError")), ms);
        return controller.signal;
      },
    }],
  ];
  const real = replaced.map(([on, by]) =>
    [
      on,
      Object.fromEntries(
        Object.keys(by).map((key) => [key, Object.getOwnPropertyDescriptor(on, key)]),
      ),
    ] as const
  );
  for (const [on, by] of replaced) {
    for (const [key, value] of Object.entries(by)) {
      Object.defineProperty(on, key, { value, configurable: true, writable: true });
    }
  }
  return () => {
    for (const [on, descriptors] of real) {
      for (const [key, descriptor] of Object.entries(descriptors)) {
        if (descriptor === undefined) Reflect.deleteProperty(on, key);
        else Object.defineProperty(on, key, descriptor);
      }
    }
  };
}
