/**
 * What scenarios have in common: programs that are run with many seeds, and a model that says what must be true
 * whatever a seed brings.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { WaitOptions } from "../../mod.ts";
import type { FaultCounts, SimulatedWorld } from "../../testing/mod.ts";

/** A program with its model. It throws when something is not as the model says. */
export interface Scenario {
  readonly name: string;
  /** Workers of a system. */
  readonly hosts: number;
  readonly faults: FaultCounts;
  run(world: SimulatedWorld): Promise<void>;
}

/** What most scenarios bear. */
export const STORM = { kill: [0, 15], hang: [0, 2], slow: [0, 2] } as const;

/** How what was asked of an actor rejects that is lost, or has ended. */
export const LOST = ["HostLostError", "ActorStoppedError"] as const;

/** An integer from 0 up to and without `count`. */
export function below(count: number): number {
  return Math.floor(Math.random() * count);
}

/** One of some. */
export function oneOf<T>(some: readonly T[]): T {
  return some[below(some.length)]!;
}

/** More than there are faults in any storm. */
const MOST_ATTEMPTS = 200;

/** Tries something until no worker dies of it, or hangs for too long. */
export async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1;; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const isLost = ["HostLostError", "TimeoutError"].includes(nameOf(error));
      if (!isLost || attempts === MOST_ATTEMPTS) throw error;
    }
  }
}

/**
 * Waits for something in one go, or gives up by a signal and tries again: a wait that was given up has changed nothing.
 */
export async function impatiently<T>(wait: (options: WaitOptions) => Promise<T>): Promise<T> {
  for (;;) {
    const options = below(2) === 0 ? {} : { signal: AbortSignal.timeout(1 + below(20)) };
    try {
      return await wait(options);
    } catch (error) {
      if (nameOf(error) !== "TimeoutError") throw error;
    }
  }
}

/** The name of an error. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** How something ended. */
type Outcome = { readonly value: unknown } | { readonly error: string };

/** Promises that have all to settle, and how they may. */
export class Ledger {
  readonly #open = new Map<number, string>();
  readonly #faults: string[] = [];
  #entries = 0;

  /** How many there were. */
  get entries(): number {
    return this.#entries;
  }

  /** Resolves with how a promise ends; notes it as a fault when that is of another error than those allowed. */
  async add(what: string, promise: Promise<unknown>, ...allowed: string[]): Promise<Outcome> {
    const entry = ++this.#entries;
    this.#open.set(entry, what);
    try {
      return { value: await promise };
    } catch (error) {
      const name = nameOf(error);
      if (!allowed.includes(name)) this.#faults.push(`${what}: ${name}: ${String(error)}`);
      return { error: name };
    } finally {
      this.#open.delete(entry);
    }
  }

  /** @throws when something has not settled in time, or as it must not. */
  async settle(world: SimulatedWorld, withinMs: number): Promise<void> {
    await world.until(() => this.#open.size === 0, { withinMs }).catch(() => {});
    assert(this.#open.size === 0, `Still open: ${[...this.#open.values()].join("; ")}`);
    assert(this.#faults.length === 0, this.#faults.join("\n"));
  }
}

/** Ends the storm; resolves when all that was lost is back. */
export async function calm(world: SimulatedWorld): Promise<void> {
  world.calm();
  await world.sleep(20_000);
}
