import type { ActorDefinition } from "./definition.ts";

/** A value as a store keeps it: JSON text where that can hold it, else bytes. */
export type Stored = string | Uint8Array<ArrayBuffer>;

/**
 * Whether a commit is safe from a power cut (`"disk"`: it waits for the disk), or from a crash of the process only
 * (`"process"`).
 */
export type Durability = "disk" | "process";

/**
 * Where durable actors keep what they are: an actor that the system starts on a worker of its own, because a commit
 * keeps its thread busy. Made by `sqlite()` of `@troupe/actors/durable`.
 */
export interface Store {
  /** The kind of actor that keeps everything. */
  readonly definition: ActorDefinition<StoreHandlers, never[]>;
  /** What it is started with, besides its context. */
  readonly args: readonly unknown[];
  /** How safe a commit is of a kind that does not say so itself. */
  readonly durability: Durability;
}

/** What is known of a durable actor when it is activated. */
export interface StoredActor {
  /** Grows with each load of whatever actor: who has loaded an actor later has the higher one. */
  readonly epoch: number;
  /** Grows by one with each commit; 0 before the first one. */
  readonly version: number;
  /** Id of the turn that was committed last. */
  readonly turn: string | null;
  /** `null` while the state is as it begins. */
  readonly state: Stored | null;
  /** Version of the code that has written the state; 0 when there is none. */
  readonly stateVersion: number;
  /** All that are set. */
  readonly alarms: readonly StoredAlarm[];
}

/** An alarm that was set. */
export interface StoredAlarm {
  /** Unique in its actor. */
  readonly name: string;
  /** Wall time in milliseconds. */
  readonly due: number;
  /** Which handler it calls. */
  readonly handler: string;
  /** The list of arguments. */
  readonly args: Stored;
  /** How it repeats: `null`, `"every 60000"` (milliseconds) or `"cron 0 3 * * *"`. */
  readonly repeat: string | null;
  /** How often its handler has failed since it was due. */
  readonly attempts: number;
  /** Why it failed last. */
  readonly failure: string | null;
}

/** An alarm, and whose. */
export interface OwnedAlarm extends StoredAlarm {
  /** Kind of the actor. */
  readonly kind: string;
  /** Key of the actor. */
  readonly key: string;
}

/** A message that leaves with the commit of the turn that has posted it. */
export interface StoredPost {
  /** Kind of the receiver. */
  readonly kind: string;
  /** Key of the receiver. */
  readonly key: string;
  /** Which handler it calls. */
  readonly handler: string;
  /** The list of arguments. */
  readonly args: Stored;
}

/** A post on its way. */
export interface PendingPost extends StoredPost {
  /** Grows: of two posts the later one has the higher. */
  readonly number: number;
  /** `kind/key` of the actor that has posted it. */
  readonly sender: string;
  /** How often its receiver has failed to handle it. */
  readonly attempts: number;
}

/** The answer to a message that has an id, for those that come with the same id. */
export interface StoredOnce {
  /** As the sender gave it; unique in its actor. */
  readonly id: string;
  /** Tells a message from another one with the same id. */
  readonly print: string;
  /** What was answered. */
  readonly result: Stored;
  /** Wall time in milliseconds from which on it may be forgotten. */
  readonly expires: number;
}

/** All that one turn of one actor changes. */
export interface StoredTurn {
  /** No other turn has it. */
  readonly id: string;
  /** Kind of the actor. */
  readonly kind: string;
  /** Key of the actor. */
  readonly key: string;
  /** As loaded; a commit of a lower one than the store has seen of that actor is refused. */
  readonly epoch: number;
  /** The version that the turn has seen; the commit makes it one more. */
  readonly version: number;
  /** How safe the commit has to be. */
  readonly durability: Durability;
  /** Deletes state, entries and alarms of the actor, before the rest is done. */
  readonly forgets: boolean;
  /** Left out when it is unchanged; `null`: as it begins. */
  readonly state?: Stored | null;
  /** Version of the code whose state it is. */
  readonly stateVersion: number;
  /** Entries to write, or with `null` to delete. */
  readonly entries: readonly (readonly [name: string, value: Stored | null])[];
  /** Alarms to set, or with `null` to delete. */
  readonly alarms: readonly (readonly [name: string, alarm: StoredAlarm | null])[];
  /** In the order in which they were posted. */
  readonly posts: readonly StoredPost[];
  /** The answer that is kept; `null` when the message has no id. */
  readonly once: StoredOnce | null;
  /** Number of the post that the turn handles: it is taken out with the commit. */
  readonly delivers: number | null;
}

/**
 * What became of a turn:
 *
 * - `"done"`: it is committed.
 * - `"conflict"`: another commit has come between, nothing of it is kept.
 * - `"fenced"`: somebody has loaded the actor since and committed, nothing of it is kept.
 * - `"delivered"`: the post that it handles is not there any more, so it was handled before; nothing of it is kept.
 * - an error (`StoreError`): it cannot be stored, nothing of it is kept.
 */
export type CommitOutcome = "done" | "conflict" | "fenced" | "delivered" | Error;

/** What is due. */
export interface DueWork {
  /** The oldest first. */
  readonly alarms: readonly OwnedAlarm[];
  /** In the order in which they were posted. */
  readonly posts: readonly PendingPost[];
  /** Wall time in milliseconds at which something else is due; `null` when nothing is. */
  readonly next: number | null;
}

/** Which entries to list, in the order of their names. */
export interface EntryRange {
  /** Names that begin with this. */
  readonly prefix: string;
  /** Names after this one; `null` from the first one on. */
  readonly after: string | null;
  /** Most entries. */
  readonly limit: number;
}

/** What a store answers. */
export interface StoreHandlers {
  /** Reads what is known of an actor. */
  load(kind: string, key: string): Promise<StoredActor>;
  /**
   * Commits turns, in this order: all that have come by the time it begins in one transaction. Those of one actor build
   * on each other: when one is refused, the later ones are.
   *
   * @param turns A list, or its JSON text where no value is bytes, which costs a third on the way.
   */
  commit(turns: readonly StoredTurn[] | string): Promise<CommitOutcome[]>;
  /** The answer that was given to a message with this id, unless it has expired at `now`. */
  once(kind: string, key: string, id: string, now: number): Promise<StoredOnce | null>;
  /** Reads an entry. */
  entry(kind: string, key: string, name: string): Promise<Stored | null>;
  /** Reads entries. */
  entries(kind: string, key: string, range: EntryRange): Promise<[name: string, value: Stored][]>;
  /**
   * What is due at a wall time. A post comes only with those before it of the same pair of actors; while one of them is
   * put off the others wait.
   *
   * @param limit Most alarms, and most posts.
   */
  due(now: number, limit: number): Promise<DueWork>;
  /** Posts that were handled by actors which are not durable: they are taken out. */
  delivered(numbers: readonly number[]): Promise<void>;
  /** A post was not handled: it is due again at a wall time; with `null` never, it is kept as a dead letter. */
  putOff(number: number, due: number | null, failure: string): Promise<void>;
  /** All alarms, the next one first. */
  alarms(limit: number): Promise<OwnedAlarm[]>;
}
