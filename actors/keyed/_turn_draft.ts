import type { Stored } from "../../channels/message/stored.ts";
import type { Item } from "../cell/item.ts";
import type { StoredAlarm, StoredOnce, StoredPost } from "../vocabulary/store.ts";

/** A message that a turn tells. */
export interface Effect {
  leave(): void;
  /** The turn could not be committed. */
  refuse(error: unknown): void;
}

/** What one turn of a durable actor does besides changing its state, until it is committed or undone. */
export class TurnDraft {
  readonly item: Item;
  /** Entries that it has written, or with `null` deleted. */
  readonly entries = new Map<string, Stored | null>();
  readonly alarms = new Map<string, StoredAlarm | null>();
  readonly posts: StoredPost[] = [];
  /** What leaves with the commit. */
  readonly effects: Effect[] = [];
  isForgetting = false;
  once: StoredOnce | null = null;
  /** Number of the post that it handles. */
  delivers: number | null = null;

  constructor(item: Item) {
    this.item = item;
  }

  /** Whether there is something to commit, the state left aside. */
  get isWriting(): boolean {
    return this.entries.size > 0 || this.alarms.size > 0 || this.posts.length > 0 ||
      this.isForgetting || this.once !== null || this.delivers !== null;
  }
}
