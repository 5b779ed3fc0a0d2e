import { assertEquals } from "@std/assert";
import { thread } from "../../channels/thread/thread.ts";
import { World } from "../../testing/simulation/world.ts";
import { ON_THREADS, part } from "../parts.ts";
import { leftovers } from "../testing.ts";

/** Set to run the same tests on real threads and in real time. */
const isOnThreads = part === "threads";

let running: World | null = null;

/** The one in which this test runs; `null` where threads are real. */
export function simulation(): World | null {
  return running;
}

/** What is left running, as {@linkcode leftovers} says of real threads. */
export async function workersLeft(): Promise<string[]> {
  return running?.alive.map(({ name }) => name) ?? await leftovers();
}

/**
 * A test in which all threads are simulated, so that it starts no worker and waits for nothing. What it does is not
 * known to it: `TROUPE_TEST=threads` runs the same on real threads (`deno task test:threads`).
 *
 * Not for what only the platform can say: how a worker ends, blocking waits, memory, workers of kind `"thread"`.
 */
export function simulated(name: string, body: () => Promise<void>): void {
  Deno.test(named(name), inWorld(body));
}

/** The same for each row of a table, whose fields are in the name. */
simulated.each = <R>(rows: readonly R[]) =>
(
  name: string,
  body: (...row: R extends readonly unknown[] ? R : [R]) => Promise<void>,
): void => {
  Deno.test.each(rows)(named(name), inWorld(body as (...row: unknown[]) => Promise<void>));
};

/**
 * A test of what takes hours, or of moments that only virtual time keeps: it is not run on real threads. See
 * {@linkcode simulated}.
 */
export function inVirtualTime(name: string, body: () => Promise<void>): void {
  if (!isOnThreads) Deno.test(name, inWorld(body));
}

/** The same for each row of a table, whose fields are in the name. */
inVirtualTime.each = <R>(rows: readonly R[]) =>
(
  name: string,
  body: (...row: R extends readonly unknown[] ? R : [R]) => Promise<void>,
): void => {
  if (isOnThreads) return;
  Deno.test.each(rows)(name, inWorld(body as (...row: unknown[]) => Promise<void>));
};

/** Moves the wall clock of the thread that calls, but not the time that goes on; in a simulation, for its rest. */
export function moveWallTime(byMs: number): void {
  const { clock } = thread().platform;
  const before = clock.wallTime;
  const wallTime = () => before() + byMs;
  Object.assign(clock, { wallTime });
}

/** So that those alone can be run on threads that are usually simulated. */
function named(name: string): string {
  return isOnThreads ? name + ON_THREADS : name;
}

function inWorld<A extends unknown[]>(
  body: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  if (isOnThreads) return body;
  return async (...args) => {
    const world = running = new World();
    try {
      await world.run(() => body(...args));
    } finally {
      running = null;
    }
    assertEquals(world.alive.map(({ name }) => name), [], "Workers are left after the test");
  };
}
