import { AsyncResource } from "node:async_hooks";
import process from "node:process";
import { dateOf } from "../globals/dates.ts";
import { replace } from "../globals/replace.ts";
import { abortAfter, timerFunctions } from "../globals/timers.ts";
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

const { clearImmediate: clearReal } = globalThis;

/** Something that was put off by `setImmediate`. */
class Immediate {
  isSet = true;
}

/**
 * Puts what a program takes from the platform under the world's rule: timers and times are virtual, chance is drawn
 * from the seed, and a thread that closes itself is the simulated one.
 *
 * @returns Gives the real ones back.
 */
export function replaceGlobals(world: GlobalsWorld): () => void {
  const wallTime = () => Math.floor(world.epoch + world.now);
  return replace([
    [globalThis, { ...timers(world), Date: dateOf(wallTime), close: () => world.exit() }],
    [Deno, { exit: () => world.exit(), refTimer() {}, unrefTimer() {} }],
    [process, { exit: () => world.exit() }],
    [performance, { now: () => world.now }],
    [Math, { random: () => world.current.pace.random() }],
    [AbortSignal, { timeout: abortAfter }],
    [crypto, chance(world)],
    [Atomics, world.atomics.functions()],
    // When something is collected is not repeated; it could be when the world is over.
    [FinalizationRegistry.prototype, { register() {} }],
  ]);
}

/** Those of the thread that sets them, which end with it. */
function timers(world: GlobalsWorld): Record<string, unknown> {
  const clock = () => world.current.own.platform.clock;
  return {
    ...timerFunctions((fire, ms) => clock().setTimer(fire, ms).cancel),
    setImmediate(fn: (...args: unknown[]) => void, ...args: unknown[]) {
      const immediate = new Immediate();
      const call = AsyncResource.bind(() => fn(...args));
      clock().yieldTo(() => immediate.isSet && call());
      return immediate;
    },
    clearImmediate(immediate: unknown) {
      if (immediate instanceof Immediate) immediate.isSet = false;
      else clearReal(immediate as Parameters<typeof clearReal>[0]);
    },
  };
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
