import type { ActorRef } from "../../actors/vocabulary/actor_ref.ts";
import type { ActorDefinition, AnyTask } from "../../actors/vocabulary/definition.ts";

/** A message that an actor sent. */
export interface SentMessage {
  /** To whom: the reference that the test gave. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly to: ActorRef<any>;
  /** Name of the handler. */
  readonly handler: string;
  /** Copies of the arguments, as they were then. */
  readonly args: readonly unknown[];
}

/** An actor that an actor spawned. */
export interface SpawnedActor {
  /** What was to start, with its options. */
  // deno-lint-ignore no-explicit-any -- any definition
  readonly definition: ActorDefinition<any, any>;
  /** Copies of the arguments. */
  readonly args: readonly unknown[];
  /** The stand-in that the actor got for it: named as it is, or by a number. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly ref: ActorRef<any>;
}

/** A task that an actor ran. */
export interface RanTask {
  /** What ran. */
  readonly task: AnyTask;
  /** Copies of the arguments. */
  readonly args: readonly unknown[];
}

/** A timer that an actor set, and has not disposed. */
export interface ScheduledWork {
  /** Which method of its context it was set with. */
  readonly kind: "after" | "every";
  /** In milliseconds. */
  readonly ms: number;
  /** Does what it is for, now; resolves, or rejects, as that does. */
  run(): Promise<void>;
}

/** An actor that an actor has ended. */
export interface EndedActor {
  /** Which one: the reference that the test gave. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly to: ActorRef<any>;
  /** By which method. */
  readonly how: "stop" | "terminate";
}

/** What an actor has done besides answering: each list in the order in which it did it. */
export interface Effects {
  /** Messages sent by `tell`. */
  readonly told: readonly SentMessage[];
  /** Messages sent by `ask`. */
  readonly asked: readonly SentMessage[];
  /** Streams opened by `stream`. */
  readonly streamed: readonly SentMessage[];
  /** Children. */
  readonly spawned: readonly SpawnedActor[];
  /** Tasks; each ran at once, on this thread. */
  readonly ran: readonly RanTask[];
  /** Whose end it watches. */
  // deno-lint-ignore no-explicit-any -- any protocol
  readonly watched: readonly ActorRef<any>[];
  /** Timers that it has set; none fires by itself. */
  readonly scheduled: readonly ScheduledWork[];
  /** Whom it has stopped or terminated. */
  readonly ended: readonly EndedActor[];
  /** The handlers that answer from now on; `null` when it did not call `context.become()`. */
  readonly became: object | null;
  /** Whether it called `context.stop()`. */
  readonly stopped: boolean;
}
