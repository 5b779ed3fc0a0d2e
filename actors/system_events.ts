import type { ActorRef } from "./actor_ref.ts";
import type { ExitReason } from "./exit_reason.ts";

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

/** Something failed that nobody waits for: a message that was told, a timer, an `onStop` callback. */
export interface Failure {
  /** Where. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly ref: ActorRef<any>;
  /** Name of the handler or of the work. */
  readonly handler: string;
  /** What was thrown. */
  readonly error: unknown;
}

/** What the `detail` of each event of an {@linkcode ActorSystem} holds. */
export interface SystemEvents {
  /** A message was not handled. */
  deadletter: DeadLetter;
  /** An actor was restarted. */
  restart: Restart;
  /** Something failed that nobody waits for. Printed to the console unless `preventDefault()` is called. */
  error: Failure;
}
