import { registerErrors } from "../../channels/message/error_codec.ts";

/** Options of {@linkcode ActorStoppedError}. */
export interface ActorStoppedErrorOptions extends ErrorOptions {
  /**
   * See {@linkcode ActorStoppedError.what}.
   *
   * @default {"actor"}
   */
  what?: ActorStoppedError["what"] | undefined;
  /**
   * What happened to it, as the message says.
   *
   * @default "has shut down" of a system, "has ended" of all else
   */
  state?: "has ended" | "has failed" | "starts again" | undefined;
}

/**
 * The actor has ended, or its life did before it could answer: the message was not handled, or not to its end. When it
 * was the failure of another message the `cause` is that. Also for what consists of actors, and has ended with them:
 * `what` says which.
 */
export class ActorStoppedError extends Error {
  /** Name of the class. */
  override readonly name = "ActorStoppedError";
  /** What has ended; a `"worker"` is one of a pool. */
  readonly what: "actor" | "system" | "supervisor" | "manager" | "pool" | "worker";
  /** Name of the actor, or its id. Where it is no actor, what it is. */
  readonly actor: string;

  /** Says who has ended, or will start again, and what that prevented. */
  constructor(
    actor: string,
    doing: string,
    { what = "actor", state, ...options }: ActorStoppedErrorOptions = {},
  ) {
    const who = what === "actor" ? `actor "${actor}"` : `the ${what}`;
    const how = state ?? (what === "system" ? "has shut down" : "has ended");
    super(`Cannot ${doing}: ${who} ${how}`, options);
    this.what = what;
    this.actor = actor;
  }
}

/** The actor's mailbox was full, and its `overflow` policy dropped the message. */
export class MailboxFullError extends Error {
  /** Name of the class. */
  override readonly name = "MailboxFullError";
  /** Name of the actor, or its id. */
  readonly actor: string;
  /** Most messages its mailbox holds. */
  readonly capacity: number;

  /** Says whose mailbox is full. */
  constructor(actor: string, capacity: number, doing: string) {
    super(`Cannot ${doing}: the mailbox of actor "${actor}" is full, capacity ${capacity}`);
    this.actor = actor;
    this.capacity = capacity;
  }
}

/**
 * The ask could never be answered, because the actor that asks is the one that has to answer; or a turn would wait for
 * the shutdown that waits for it.
 */
export class DeadlockError extends Error {
  /** Name of the class. */
  override readonly name = "DeadlockError";
  /** Who waits for whom; the last one would wait for the first. */
  readonly circle: readonly string[];

  /** Names the circle of waiting handlers. */
  constructor(circle: readonly string[], doing = "ask") {
    super(`Cannot ${doing}: it would wait for itself: ${[...circle, circle[0]].join(" -> ")}`);
    this.circle = circle;
  }
}

/** Another actor of the system has this name. */
export class NameTakenError extends Error {
  /** Name of the class. */
  override readonly name = "NameTakenError";
  /** The name asked for. */
  readonly taken: string;

  /** Says which name is taken. */
  constructor(taken: string) {
    super(`Cannot spawn actor: the name "${taken}" is taken`);
    this.taken = taken;
  }
}

/** The children of a supervisor failed too often, and it has ended them all. */
export class RestartLimitError extends Error {
  /** Name of the class. */
  override readonly name = "RestartLimitError";
  /** Most failures within `withinMs`. */
  readonly maxRestarts: number;
  /** In milliseconds. */
  readonly withinMs: number;

  /** Says what the limit was; the `cause` is the failure that was one too many. */
  constructor(maxRestarts: number, withinMs: number, options?: ErrorOptions) {
    super(`Cannot restart: more than ${maxRestarts} failures within ${withinMs} ms`, options);
    this.maxRestarts = maxRestarts;
    this.withinMs = withinMs;
  }
}

/** The pool takes no work any more, or was terminated before the work was done. */
export class PoolClosedError extends Error {
  /** Name of the class. */
  override readonly name = "PoolClosedError";

  /** Says what could not be done, and why. */
  constructor(doing: string, state: "closed" | "terminated") {
    super(`Cannot ${doing}: the pool is ${state}`);
  }
}

/** A worker cannot find a definition, or finds another function in its place. */
export class DefinitionError extends Error {
  /** Name of the class. */
  override readonly name = "DefinitionError";
}

/** Nobody in the system knows a kind of keyed actors with this name. */
export class UnknownKindError extends Error {
  /** Name of the class. */
  override readonly name = "UnknownKindError";
  /** Name of the kind. */
  readonly kind: string;

  /** Says which kind, and how it is made known. */
  constructor(kind: string, options?: ErrorOptions) {
    super(
      `Cannot find kind "${kind}": list its definition among the kinds of the system: ` +
        "new ActorSystem({ kinds: [...] })",
      options,
    );
    this.kind = kind;
  }
}

/** The state of a durable actor was written by a newer version of its code. */
export class StateVersionError extends Error {
  /** Name of the class. */
  override readonly name = "StateVersionError";
  /** Version of the state. */
  readonly stored: number;
  /** Version of the code. */
  readonly known: number;

  /** Says whose state it is, and which versions there are. */
  constructor(actor: string, stored: number, known: number) {
    super(
      `Cannot activate actor "${actor}": its state is of version ${stored}, its code of version ${known}: ` +
        "run newer code",
    );
    this.stored = stored;
    this.known = known;
  }
}

/** Another message has come with an id that was used before. */
export class OnceConflictError extends Error {
  /** Name of the class. */
  override readonly name = "OnceConflictError";
  /** The id. */
  readonly id: string;

  /** Says which message it is, and what id. */
  constructor(actor: string, handler: string, id: string) {
    super(
      `Cannot ask "${handler}" of actor "${actor}" once: id ${
        JSON.stringify(id)
      } was used for another ` +
        "handler or other arguments",
    );
    this.id = id;
  }
}

registerErrors({
  UnknownKindError,
  StateVersionError,
  OnceConflictError,
  ActorStoppedError,
  MailboxFullError,
  DeadlockError,
  NameTakenError,
  RestartLimitError,
  PoolClosedError,
  DefinitionError,
});
