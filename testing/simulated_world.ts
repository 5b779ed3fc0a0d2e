import type { ActorSystem, ActorSystemOptions } from "../actors/system/actor_system.ts";

/** Options for {@linkcode SimulatedWorld.until}. */
export interface UntilOptions {
  /**
   * Longest time to wait, in milliseconds of the world.
   *
   * @default {60_000}
   */
  withinMs?: number | undefined;
}

/** Threads that do not reach each other, until it is healed or disposed of. */
export interface Partition extends Disposable {
  /** They reach each other again: what was sent meanwhile arrives. */
  heal(): void;
}

/**
 * What a simulated program has of its world. Hosts are counted as in events of the system: 0 is the thread of the
 * program, workers begin with 1, and one that takes the place of a lost one has the same number. Where a program has
 * several systems, a number means the workers with it of all of them.
 */
export interface SimulatedWorld {
  /** The seed of this run. */
  readonly seed: number;

  /** Milliseconds since the world began. */
  readonly now: number;

  /**
   * An ordinary system whose workers are simulated. It is shut down at the end of the program.
   *
   * @param options As of every system; `workers` is the number of hosts of the simulation without.
   */
  system(options?: ActorSystemOptions): ActorSystem;

  /** Resolves after some time of the world, in milliseconds. */
  sleep(ms: number): Promise<void>;

  /**
   * Resolves once `isDone` returns something true, or a promise for it. It is asked again and again.
   *
   * @throws {Error} Rejects when it takes longer.
   */
  until(isDone: () => unknown, options?: UntilOptions): Promise<void>;

  /**
   * Ends a worker at once, as if its thread had died: what it has sent still arrives, then the others hear of its end.
   * Nothing happens when there is none, as while another one takes its place.
   *
   * @param error What nobody caught in it, if it died of that.
   * @throws {RangeError} when the number is not one of a worker.
   */
  kill(host: number, error?: Error): void;

  /**
   * A worker does nothing for some time, in milliseconds.
   *
   * @throws {RangeError} when the number is not one of a worker, or the time is negative.
   */
  hang(host: number, ms: number): void;

  /**
   * A worker is so many times slower than it was, until its thread ends.
   *
   * @throws {RangeError} when the number is not one of a worker, or `times` is not positive.
   */
  slow(host: number, times: number): void;

  /** Cuts hosts off from others: what they send each other waits until it is healed. Nothing is lost. */
  partition(some: readonly number[], others: readonly number[]): Partition;

  /** From now on nothing goes wrong but what the program does itself: for looking at what is back afterwards. */
  calm(): void;
}
