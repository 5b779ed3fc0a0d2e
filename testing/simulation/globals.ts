import process from "node:process";
import type { Timer } from "../../channels/thread/clock.ts";
import type { AsyncAtomics } from "./atomics.ts";
import type { SimulatedThread } from "./thread.ts";

/** What programs reach by globals. */
export interface GlobalsWorld {
  /** The thread that runs. */
  readonly current: SimulatedThread;
  /** Virtual milliseconds since the beginning. */
  readonly now: number;
  /** Milliseconds since 1970 at the beginning. */
  readonly epoch: number;
  readonly atomics: AsyncAtomics;
  /** The thread that runs ends by its own doing. */
  exit(): void;
}

/** What is replaced, by the object that has it. */
type Replaced = readonly [on: object, by: Record<string, unknown>];

/**
 * Puts what a program takes from the platform under the world's rule: timers and times are virtual, chance is drawn
 * from the seed, and a thread that closes itself is the simulated one.
 *
 * @returns Gives the real ones back.
 */
export function replaceGlobals(world: GlobalsWorld): () => void {
  const replaced: Replaced[] = [
    [globalThis, { ...timers(world), Date: virtualDate(world), close: () => world.exit() }],
    [Deno, { exit: () => world.exit(), refTimer() {}, unrefTimer() {} }],
    [process, { exit: () => world.exit() }],
    [performance, { now: () => world.now }],
    [Math, { random: () => world.current.pace.random() }],
    [AbortSignal, { timeout: abortAfter }],
    [crypto, chance(world)],
    [Atomics, world.atomics.functions()],
    // When something is collected is not repeated; it could be when the world is over.
    [FinalizationRegistry.prototype, { register() {} }],
  ];
  const real = replaced.map(([on, by]) => [on, descriptorsOf(on, Object.keys(by))] as const);
  for (const [on, by] of replaced) {
    for (const [key, value] of Object.entries(by)) {
      Object.defineProperty(on, key, { value, configurable: true, writable: true });
    }
  }
  return () => {
    for (const [on, descriptors] of real) {
      for (const [key, descriptor] of descriptors) {
        if (descriptor === undefined) Reflect.deleteProperty(on, key);
        else Object.defineProperty(on, key, descriptor);
      }
    }
  };
}

function descriptorsOf(on: object, keys: string[]) {
  return keys.map((key) => [key, Object.getOwnPropertyDescriptor(on, key)] as const);
}

/** Those of the thread that sets them, which end with it. */
function timers(world: GlobalsWorld): Record<string, unknown> {
  const set = new Map<number, Timer>();
  let ids = 0;
  const setTimer = (run: () => void, ms: number, id: number): number => {
    set.set(id, world.current.own.platform.clock.setTimer(run, ms));
    return id;
  };
  const clear = (id: number) => {
    set.get(id)?.cancel();
    set.delete(id);
  };
  const setTimeout = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const id = ++ids;
    return setTimer(() => (set.delete(id), fn(...args)), ms, id);
  };
  const setInterval = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const id = ++ids;
    // One that takes no time would let no time go on.
    const next = (): number => setTimer(() => (next(), fn(...args)), Math.max(1, ms), id);
    return next();
  };
  const setImmediate = (fn: (...args: unknown[]) => void, ...args: unknown[]) =>
    world.current.own.platform.clock.yieldTo(() => fn(...args));
  return {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
}

function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  setTimeout(abort, ms);
  return controller.signal;
}

function virtualDate(world: GlobalsWorld): DateConstructor {
  const now = () => Math.floor(world.epoch + world.now);
  return new Proxy(Date, {
    get: (target, key, receiver) => key === "now" ? now : Reflect.get(target, key, receiver),
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made),
    apply: (target) => new target(now()).toString(),
  });
}

/** What is drawn for names and keys. */
function chance(world: GlobalsWorld): Record<string, unknown> {
  const getRandomValues = <T extends ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let at = 0; at < bytes.length; at++) bytes[at] = 256 * world.current.pace.random();
    return view;
  };
  const randomUUID = () => {
    const bytes = getRandomValues(new Uint8Array(16));
    // Version 4, variant 1: RFC 9562.
    bytes[6] = bytes[6]! & 0x0f | 0x40;
    bytes[8] = bytes[8]! & 0x3f | 0x80;
    return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  return { getRandomValues, randomUUID };
}
