import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Child } from "./children.ts";

/** Decides in an actor's stead whether it starts again: its supervisor. */
export interface Guard {
  /**
   * Its incarnation has ended; it waits for what is decided.
   *
   * @param serial Number of the actor on its host.
   */
  failed(reason: ExitReason, serial: number): void;
  /** It has come to its final end. */
  ended(reason: ExitReason): void;
}

/** A guard that steers its actor, wherever that is. */
export interface SteeringGuard extends Guard {
  /** By what it steers the actor: first its start, then, before `setup` has begun, the actor itself. */
  attach(controls: Guarded): void;
}

/** What a guard can do with its actor. */
export interface Guarded extends Child {
  /** Ends the incarnation so that another one can follow. */
  halt(): Promise<void>;
  /**
   * Starts the next incarnation.
   *
   * @throws Rejects with the error of `setup`; then it waits again.
   */
  resume(reason: ExitReason): Promise<void>;
  /** Ends it for good. */
  finish(reason: ExitReason): Promise<void>;
}
