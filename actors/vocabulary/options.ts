import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { ActorRef } from "./actor_ref.ts";

export type { WaitOptions };

/** Kind of a worker: a Web Worker, or a `node:worker_threads` thread, which can really be killed. */
export type WorkerKind = "web" | "thread";

/** A bound for a mailbox. Without it a mailbox is unbounded. */
export interface MailboxOptions {
  /** Most messages waiting, the one being handled not counted. */
  capacity: number;
  /**
   * What to do with a message beyond that. Every dropped message is a dead letter; a dropped ask rejects with
   * `MailboxFullError`. `"reject"` and `"drop-newest"` drop the one that comes, `"drop-oldest"` the one that has
   * waited longest.
   *
   * @default {"reject"}
   */
  overflow?: "reject" | "drop-oldest" | "drop-newest" | undefined;
}

/** How a worker of its own differs from those of the system. */
export interface OwnWorkerOptions {
  /**
   * Kind of the worker.
   *
   * @default the system's
   */
  worker?: WorkerKind | undefined;
  /**
   * Permissions of the worker; for Web Workers only. What is not named in an object is denied, so its module's imports
   * must live with that. Deno wants `--unstable-worker-options` for it.
   *
   * @default {"inherit"}
   */
  permissions?: Deno.PermissionOptions | undefined;
  /**
   * Longest time for which the worker may fail to answer its heartbeat, as in a loop without end, in milliseconds. See
   * {@linkcode ActorSystemOptions.unresponsiveMs}.
   *
   * @default the system's
   */
  unresponsiveMs?: number | undefined;
}

/** Where a definition runs. */
export interface PlacementOptions {
  /**
   * `"any"`: the least loaded worker; `"here"`: the calling thread; `"own"`: a worker of its own, which ends with
   * it.
   *
   * @default {"any"}, or {"own"} where `own` is given
   */
  on?: "any" | "here" | "own" | undefined;
  /** On the thread of this actor; instead of `on`. */
  // deno-lint-ignore no-explicit-any -- any protocol will do
  near?: ActorRef<any> | undefined;
  /** On a worker of its own, and on which one: `own: { worker: "thread" }`. */
  own?: OwnWorkerOptions | undefined;
  /** @deprecated Beside `on: "own"` only; write `own: { worker }`. */
  worker?: WorkerKind | undefined;
  /** @deprecated Beside `on: "own"` only; write `own: { permissions }`. */
  permissions?: Deno.PermissionOptions | undefined;
  /** @deprecated Beside `on: "own"` only; write `own: { unresponsiveMs }`. */
  unresponsiveMs?: number | undefined;
}

/** Options of {@linkcode ActorDefinition.with}. */
export interface ActorOptions extends PlacementOptions {
  /** Name to find the actor by; unique in the system while the actor lives. */
  name?: string | undefined;
  /**
   * When an actor starts again: `"permanent"` always, also after `context.stop()`; `"transient"` after an error of a
   * handler or of `setup`, and on a new thread when its own has ended; `"temporary"` never. At most 3 times in 5
   * seconds, failures and losses of the thread together, unless a supervisor says else.
   *
   * @default {"transient"}
   */
  restart?: "permanent" | "transient" | "temporary" | undefined;
  /**
   * What a failing handler does, after its ask was rejected: `"restart"` ends this incarnation with the error and
   * lets `restart` decide; `"resume"` keeps the state and goes on; `"stop"` ends the actor.
   *
   * @default {"restart"}
   */
  onError?: "restart" | "resume" | "stop" | undefined;
  /** Bound of the mailbox. */
  mailbox?: MailboxOptions | undefined;
  /**
   * Most messages in work at the same time; more than one only makes sense for async handlers.
   *
   * @default {1}
   */
  concurrency?: number | undefined;
  /**
   * Longest time for the thread to start and `setup` to finish, in milliseconds.
   *
   * @default the system's
   */
  startTimeoutMs?: number | undefined;
  /**
   * Longest time for the current message and the `onStop` callbacks when the actor stops, in milliseconds.
   *
   * @default the system's
   */
  shutdownMs?: number | undefined;
}

/** Options of {@linkcode TaskDefinition.with}. The time counts from the call. */
export interface TaskOptions extends PlacementOptions, WaitOptions {
  /**
   * Whether a supervisor runs it again when it has failed, or others that it restarts with: `"transient"`. Without a
   * supervisor it has no meaning.
   *
   * @default {"temporary"}
   */
  restart?: "transient" | "temporary" | undefined;
  /** Name of this run, for errors and results. */
  name?: string | undefined;
}
