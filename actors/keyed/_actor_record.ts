import type { Clock } from "../../channels/thread/clock.ts";
import type { HandleReviver } from "../../channels/message/handle.ts";
import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import type { DurableRules } from "../definition/durable_rules.ts";
import type {
  Durability,
  StoredActor,
  StoredAlarm,
  StoredOnce,
  StoredTurn,
} from "../vocabulary/store.ts";
import { nextTime } from "./_alarm_times.ts";
import { keyIn, kindIn } from "./ids.ts";
import { StateBox } from "./_state_box.ts";
import type { StoreClient } from "./_store_client.ts";
import type { TurnDraft } from "./_turn_draft.ts";

const NONE: readonly never[] = [];
const NO_ALARMS: ReadonlyMap<string, StoredAlarm> = new Map();

/** What a durable actor needs besides its thread. */
export interface DurableSide {
  readonly rules: DurableRules;
  readonly store: StoreClient;
  readonly clock: Clock;
  /** How safe a commit is of a kind that does not say so. */
  readonly durability: Durability;
  /** Brings back what is stored by identity. */
  readonly handles: ReadonlyMap<string, HandleReviver>;
  /** A new id for a turn. */
  newTurn(): string;
  /**
   * A kind is posted to that others may not know.
   *
   * @throws {TypeError} when the system does not have it, and needs it.
   */
  posted(definition: DefinedKeyed<unknown>): void;
  /** Something of an actor will be due. */
  hint(due: number): void;
}

/** What one durable actor is, as its last finished turn has left it; what is not committed yet included. */
export class ActorRecord {
  readonly epoch: number;
  // Each of these is there only while there is something in it: most actors are idle.
  #alarms: Map<string, StoredAlarm> | null = null;
  readonly box: StateBox;
  #onces: Map<string, StoredOnce> | null = null;
  #unstored: Set<StoredTurn> | null = null;
  readonly #id: string;
  readonly #side: DurableSide;
  #version: number;

  /** @throws {StateVersionError} when newer code has written the state. */
  constructor(id: string, side: DurableSide, stored: StoredActor) {
    this.#id = id;
    this.#side = side;
    this.epoch = stored.epoch;
    this.#version = stored.version;
    for (const alarm of stored.alarms) this.#setAlarm(alarm.name, alarm);
    const { state, stateVersion } = stored;
    this.box = new StateBox(id, keyIn(id), side.rules, side.handles, state, stateVersion);
  }

  get alarms(): ReadonlyMap<string, StoredAlarm> {
    return this.#alarms ?? NO_ALARMS;
  }

  /** The answer that is kept for a message with this id and not committed yet. */
  onceOf(id: string): StoredOnce | undefined {
    return this.#onces?.get(id);
  }

  /** Turns that are not committed yet and have written entries. */
  get unstored(): Iterable<StoredTurn> {
    return this.#unstored ?? NONE;
  }

  #setAlarm(name: string, alarm: StoredAlarm | null): void {
    if (alarm !== null) (this.#alarms ??= new Map()).set(name, alarm);
    else if (this.#alarms?.delete(name) && this.#alarms.size === 0) this.#alarms = null;
  }

  /**
   * A turn is over: gives what is to be committed, `null` when it has changed nothing.
   *
   * @throws {TypeError} when the state cannot be stored; the turn has to be rolled back then.
   */
  finish(turn: TurnDraft): StoredTurn | null {
    const state = turn.isForgetting ? this.box.finishAnew() : this.box.finish();
    if (state === undefined && !turn.isWriting) return null;
    const { rules, durability } = this.#side;
    const stored: StoredTurn = {
      id: this.#side.newTurn(),
      kind: kindIn(this.#id),
      key: keyIn(this.#id),
      epoch: this.epoch,
      version: this.#version++,
      durability: rules.durability ?? durability,
      forgets: turn.isForgetting,
      ...state !== undefined && { state },
      stateVersion: rules.version,
      entries: turn.entries.size === 0 ? NONE : [...turn.entries],
      alarms: turn.alarms.size === 0 ? NONE : [...turn.alarms],
      posts: turn.posts,
      once: turn.once,
      delivers: turn.delivers,
    };
    if (turn.isForgetting) this.#alarms = null;
    for (const [name, alarm] of turn.alarms) {
      this.#setAlarm(name, alarm);
    }
    if (turn.once !== null) (this.#onces ??= new Map()).set(turn.once.id, turn.once);
    if (turn.isForgetting || turn.entries.size > 0) (this.#unstored ??= new Set()).add(stored);
    return stored;
  }

  /** A turn is in the store. */
  committed(turn: StoredTurn): void {
    if (turn.once !== null) this.#onces!.delete(turn.once.id);
    this.#unstored?.delete(turn);
    if (this.#onces?.size === 0) this.#onces = null;
    if (this.#unstored?.size === 0) this.#unstored = null;
  }

  /** The turn that goes on is undone. */
  rollBack(): void {
    this.box.rollBack();
  }

  /** When something that a turn has set is due first; `null` when it has set nothing. */
  dueOf({ alarms, posts }: StoredTurn): number | null {
    if (alarms.length === 0 && posts.length === 0) return null;
    const times = alarms.flatMap(([, alarm]) => alarm === null ? [] : [alarm.due]);
    if (posts.length > 0) times.push(0);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** An alarm as it is set after it has gone off; `null` for one that does not repeat. */
  again(name: string): StoredAlarm | null {
    const alarm = this.alarms.get(name)!;
    const due = alarm.repeat === null
      ? null
      : nextTime(alarm.repeat, this.#side.clock.wallTime(), alarm.due);
    return due === null ? null : { ...alarm, due, attempts: 0, failure: null };
  }
}
