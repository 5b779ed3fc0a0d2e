import type { ActorRef } from "./actor_ref.ts";
import type { ExitReason } from "./exit_reason.ts";
import type { WorkerKind } from "./options.ts";

/** A message that was not handled. */
export interface DeadLetter {
  /** Whom it was for. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly ref: ActorRef<any>;
  /** Name of the handler it was for. */
  readonly handler: string;
  /** Why it was not handled. */
  readonly why: string;
}

/** An actor has been restarted. */
export interface Restart {
  /** Which one. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly ref: ActorRef<any>;
  /** Why its previous incarnation ended. */
  readonly reason: ExitReason;
  /** How often it has been restarted by now. */
  readonly restarts: number;
}

/**
 * Something failed that nobody waits for: a message that was told, a timer of an actor, an `onStop` callback; or
 * what nobody caught in a worker (a callback of `setTimeout`, a floating promise), of which the worker dies.
 */
export interface Failure {
  /** Of which actor; `undefined` for what nobody caught: it may belong to any actor or task of the worker. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly ref: ActorRef<any> | undefined;
  /** Name of the handler or of the work; `"uncaught"` for what nobody caught. */
  readonly handler: string;
  /** Number of the thread in the system, 0 for the one that made it. */
  readonly host: number;
  /** What was thrown. */
  readonly error: unknown;
}

/** A worker of the system has started, or ended otherwise than in good order. */
export interface HostChange {
  /** Number of the worker in the system; a new thread that takes its place has the same. */
  readonly index: number;
  /** Which kind of worker it is. */
  readonly kind: WorkerKind;
  /**
   * `"started"`: it is ready; `"lost"`: it has ended, or is given up, and with it all that was on it; `"back"`: a new
   * thread has taken its place, for actors that start again.
   */
  readonly state: "started" | "lost" | "back";
  /** Why it was lost, where that is known: what nobody caught, a handler in an endless loop. */
  readonly cause: unknown;
}

/** What the `detail` of each event of an {@linkcode ActorSystem} holds. */
export interface SystemEvents {
  /** A message was not handled. */
  deadletter: DeadLetter;
  /** An actor was restarted. */
  restart: Restart;
  /** Something failed that nobody waits for. Printed to the console unless `preventDefault()` is called. */
  error: Failure;
  /** A worker has started, was lost, or is back. Only on the thread that made the system. */
  host: HostChange;
}
