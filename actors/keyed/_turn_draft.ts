import type { Stored } from "../../channels/message/stored.ts";
import type { Item } from "../cell/item.ts";
import type { StoredAlarm, StoredOnce, StoredPost } from "../vocabulary/store.ts";

/** A message that a turn tells. */
export interface Effect {
  leave(): void;
  /** The turn could not be committed. */
  refuse(error: unknown): void;
}

/**
 * What one turn of a durable actor does besides changing its state, until it is committed or undone. Most turns do
 * nothing else, so each list is made when something comes into it.
 */
export class TurnDraft {
  readonly item: Item;
  #entries: Map<string, Stored | null> | null = null;
  #alarms: Map<string, StoredAlarm | null> | null = null;
  #posts: StoredPost[] | null = null;
  #effects: Effect[] | null = null;
  isForgetting = false;
  once: StoredOnce | null = null;
  /** Number of the post that it handles. */
  delivers: number | null = null;

  constructor(item: Item) {
    this.item = item;
  }

  /** Entries that it has written, or with `null` deleted. */
  get entries(): ReadonlyMap<string, Stored | null> {
    return this.#entries ?? NO_ENTRIES;
  }

  /** Alarms that it has set, or with `null` cleared. */
  get alarms(): ReadonlyMap<string, StoredAlarm | null> {
    return this.#alarms ?? NO_ALARMS;
  }

  get posts(): readonly StoredPost[] {
    return this.#posts ?? NO_POSTS;
  }

  /** What leaves with the commit. */
  get effects(): readonly Effect[] {
    return this.#effects ?? NO_EFFECTS;
  }

  setEntry(name: string, value: Stored | null): void {
    (this.#entries ??= new Map()).set(name, value);
  }

  /** A store keeps whole milliseconds, and an alarm is known by its time. */
  setAlarm(name: string, alarm: StoredAlarm | null): void {
    const kept = alarm === null ? null : { ...alarm, due: Math.ceil(alarm.due) };
    (this.#alarms ??= new Map()).set(name, kept);
  }

  post(post: StoredPost): void {
    (this.#posts ??= []).push(post);
  }

  tell(effect: Effect): void {
    (this.#effects ??= []).push(effect);
  }

  /** Nothing is left of the actor, as far as this turn goes; what it has posted and told stays. */
  forget(): void {
    this.isForgetting = true;
    this.#entries = this.#alarms = null;
  }

  /** Whether there is something to commit, the state left aside. */
  get isWriting(): boolean {
    return this.#entries !== null || this.#alarms !== null || this.#posts !== null ||
      this.isForgetting || this.once !== null || this.delivers !== null;
  }
}

const NO_ENTRIES: ReadonlyMap<string, Stored | null> = new Map();
const NO_ALARMS: ReadonlyMap<string, StoredAlarm | null> = new Map();
const NO_POSTS: readonly StoredPost[] = [];
const NO_EFFECTS: readonly Effect[] = [];
