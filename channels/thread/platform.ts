import { type ExitCallback, trapExit } from "./_exit_trap.ts";
import { platformPorts, type Ports } from "./_ports.ts";
import { type StartedWorker, startWorker, type WorkerStart } from "./_workers.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Locks, locks } from "./locks.ts";

export type { ExitCallback, Ports, StartedWorker, WorkerStart };

/**
 * All that a thread needs besides computing: what it does not decide itself, and what others hear of.
 *
 * Microtasks are not among it. They belong to the step in which they were queued, and nothing comes between.
 */
export interface Platform {
  readonly clock: Clock;
  readonly ports: Ports;
  /** The locks that all threads of the process share. */
  readonly locks: Pick<Locks, "request">;
  /** How many threads can run at the same time. */
  readonly cores: number;
  /** A name that nobody else has. */
  uuid(): string;
  /** Loads a module from an absolute address. */
  load(url: string): Promise<unknown>;
  /** Starts another thread. */
  startWorker(start: WorkerStart): StartedWorker;
  /** Calls back before this thread ends by its own doing; once for each thread. */
  trapExit(callback: ExitCallback): void;
}

// As they were when this module was loaded.
const { crypto, navigator } = globalThis;
const randomUUID = crypto.randomUUID.bind(crypto);

/** The one that is really there. */
export const realPlatform: Platform = {
  clock: systemClock,
  ports: platformPorts,
  locks,
  get cores() {
    return navigator.hardwareConcurrency;
  },
  uuid: randomUUID,
  load: (url) => import(url),
  startWorker,
  trapExit,
};
