import type { ActorSystem } from "../system/actor_system.ts";

/** How long to wait before a child starts again. */
export interface BackoffOptions {
  /**
   * Before the first restart, in milliseconds, finite; doubled for each further one within `withinMs`: with
   * `"one-for-one"` of the same child, else of any, since they start again together.
   *
   * @default {0}
   */
  minMs?: number | undefined;
  /**
   * At most, in milliseconds; `Infinity`: no limit.
   *
   * @default {5_000}
   */
  maxMs?: number | undefined;
  /**
   * By which share to vary the time at random, from 0 to 1.
   *
   * @default {0.2}
   */
  jitter?: number | undefined;
}

/** Options for supervisors below another one, or below an actor. */
export interface SuperviseOptions {
  /**
   * Who starts again with a child that has failed: only itself, all children, or those that were started after it as
   * well. The others are ended first, in reverse order of start, and start in order.
   *
   * @default {"one-for-one"}
   */
  strategy?: "one-for-one" | "one-for-all" | "rest-for-one" | undefined;
  /**
   * Most failures within `withinMs` after which children start again; the next one ends the supervisor. The loss of
   * a worker counts once, however many children were on it. A whole number; 0: none starts again.
   *
   * @default {3}
   */
  maxRestarts?: number | undefined;
  /**
   * In milliseconds, more than 0; `Infinity`: for ever.
   *
   * @default {5_000}
   */
  withinMs?: number | undefined;
  /** Pause before each restart; without it timers and messages of the thread have their turn, no more. */
  backoff?: BackoffOptions | undefined;
  /**
   * Most results of tasks that are kept for `results()` and `collect()`, the newest ones; `Infinity` keeps all. 0 suits
   * those who only await what `run` returns.
   *
   * @default {100_000}
   */
  keepResults?: number | undefined;
}

/** Options for {@linkcode Supervisor.results} and {@linkcode Supervisor.collect}. */
export interface ResultsOptions {
  /**
   * Whether results are forgotten once they have been given: later calls do not give them again.
   *
   * @default {false}
   */
  forget?: boolean | undefined;
}

/** Options for {@linkcode Supervisor}. */
export interface SupervisorOptions extends SuperviseOptions {
  /**
   * Where children run.
   *
   * @default inside an actor its own system, else one that is shared by all in this thread that were given none, and
   * shut down with the last of them
   */
  system?: ActorSystem | undefined;
}
