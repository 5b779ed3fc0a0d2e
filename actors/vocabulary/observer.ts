import type { ExitReason } from "./exit_reason.ts";

/** An actor as an observer sees it. */
export interface ObservedActor {
  readonly serial: number;
  /** Name or id. */
  readonly label: string;
}

/** A turn of an actor: the same object from its beginning to its end. */
export interface ObservedTurn {
  /** Name of the handler, or what the work is called. */
  readonly label: string;
}

/** Where a message goes. */
export interface ObservedTarget extends ObservedActor {
  /** Index of the host where the actor lives. */
  readonly at: number;
}

/** What became of a turn. */
export type TurnOutcome = "ok" | "error";

/**
 * Hears of what happens on one host, at once and within the call: so it has to be quick, and must not throw.
 *
 * Nothing is made for it: where nobody observes, a message costs one look.
 */
export interface Observer {
  /** An actor has been made here; its `setup` comes next. */
  started?(actor: ObservedActor): void;
  /** An actor begins another life here. */
  restarted?(actor: ObservedActor, reason: ExitReason): void;
  /** An actor has come to its final end. */
  ended?(actor: ObservedActor, reason: ExitReason): void;
  /** A turn begins: a message, `setup`, `onStop`, a timer, or one step of a stream. */
  turnBegan?(actor: ObservedActor, turn: ObservedTurn): void;
  /** The synchronous part of the turn that began last is over: the thread goes on with something else. */
  turnLeft?(): void;
  /** A turn is over, in which other turns may have begun and ended. An abandoned one ends when its code does. */
  turnEnded?(actor: ObservedActor, turn: ObservedTurn, outcome: TurnOutcome): void;
  /** A message was sent from here; a stream when its first value is wanted. */
  sent?(to: ObservedTarget, handler: string): void;
  /** On host 0: a host is lost, and why, if that is known. */
  hostLost?(index: number, cause: unknown): void;
  /** On host 0: a new thread has taken the place of a host that was lost. */
  hostBack?(index: number): void;
}
