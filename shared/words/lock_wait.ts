import { realNow } from "../../channels/vocabulary/kept.ts";
import {
  bury,
  BUSY,
  leave,
  ownerOf,
  type Sleeper,
  type Taken,
  takeOrAnnounce,
} from "./lock_word.ts";
import { URGENT_MS, type Waiting } from "./waiting.ts";

/** A wait for the word of a lock. */
export class LockWait implements Waiting, Sleeper {
  readonly doing: string;
  readonly missing = "it was not free";
  readonly words: Int32Array;
  readonly at: number;
  seen = 0;
  hasSlept = false;
  isUrgent = false;
  /** How the latest attempt ended. */
  taken: Taken = BUSY;
  readonly #since: number = realNow();

  constructor(words: Int32Array, at: number, doing: string) {
    this.words = words;
    this.at = at;
    this.doing = doing;
  }

  step(hasSlept: boolean): boolean {
    this.hasSlept = hasSlept;
    this.isUrgent ||= hasSlept && realNow() - this.#since > URGENT_MS;
    this.taken = takeOrAnnounce(this.words, this.at, this);
    return this.taken !== BUSY;
  }

  suspects(): readonly number[] {
    return [ownerOf(this.words, this.at)];
  }

  bury(thread: number): void {
    bury(this.words, this.at, thread);
  }

  leave(): void {
    leave(this.words, this.at);
  }
}
