import type { Clock } from "../../channels/thread/clock.ts";
import type { Stored } from "../../channels/message/stored.ts";
import type { Directory } from "../hosts/directory.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type {
  CommitOutcome,
  EntryRange,
  OwnedAlarm,
  StoredActor,
  StoredOnce,
  StoredTurn,
  StoreHandlers,
} from "../vocabulary/store.ts";
import { StoreError } from "../vocabulary/store_errors.ts";
import { asksOf } from "./_store_asks.ts";
import { textOfTurns } from "./turns_text.ts";

/** A turn that is to be committed, and who hears what has become of it. */
interface Commit {
  readonly turn: StoredTurn;
  readonly settle: (outcome: CommitOutcome) => void;
}

// While one group is committed the next one is on its way, and the rest gathers here.
const MOST_UNDER_WAY = 2;
// Bounds one message.
const MOST_IN_GROUP = 1_000;
/** From so many turns on that are not committed yet actors take no more. */
export const MOST_WAITING = 10_000;
const RETRY_MS = 20;
const MOST_ALARMS = 100_000;

/** Who waits until more may be committed. */
export interface WantsRoom {
  hasRoom(): void;
}

/** What is needed to reach the store. */
export interface StoreClientHost {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly settings: { readonly askTimeoutMs: number };
}

/** One host's way to the store: gathers what is to be committed, and finds out what became of it. */
export class StoreClient {
  readonly #host: StoreClientHost;
  #store: Promise<StoreHandlers> | null = null;
  #waiting: Commit[] = [];
  #size = 0;
  readonly #underWay = new Set<readonly Commit[]>();
  /** How many of these are not answered any more. */
  #unclear = 0;
  /** Settles once the group that was sent last has. */
  #last = Promise.resolve();
  #isScheduled = false;
  #isClosed = false;
  /** Who waits for room. */
  readonly #wantRoom = new Set<WantsRoom>();

  constructor(host: StoreClientHost) {
    this.#host = host;
  }

  load(kind: string, key: string): Promise<StoredActor> {
    return this.#read((store) => store.load(kind, key));
  }

  once(kind: string, key: string, id: string, now: number): Promise<StoredOnce | null> {
    return this.#read((store) => store.once(kind, key, id, now));
  }

  entry(kind: string, key: string, name: string): Promise<Stored | null> {
    return this.#read((store) => store.entry(kind, key, name));
  }

  entries(kind: string, key: string, range: EntryRange): Promise<[string, Stored][]> {
    return this.#read((store) => store.entries(kind, key, range));
  }

  /** All alarms, the next one first. */
  alarms(): Promise<OwnedAlarm[]> {
    return this.#read((store) => store.alarms(MOST_ALARMS));
  }

  /** Whether there is room for one more turn. */
  get hasRoom(): boolean {
    return this.#size < MOST_WAITING;
  }

  /** Tells somebody once when there is room. */
  whenRoom(waiting: WantsRoom): void {
    this.#wantRoom.add(waiting);
  }

  /** Commits a turn, with all others that are ready by then. */
  commit(turn: StoredTurn, settle: (outcome: CommitOutcome) => void): void {
    this.#size++;
    this.#waiting.push({ turn, settle });
    this.#schedule();
  }

  /** Nothing more is stored: what waits is not. */
  close(): void {
    this.#isClosed = true;
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#maySend) return;
    this.#isScheduled = true;
    // A turn that is ready makes others ready: they share a message.
    this.#host.clock.soon(() => this.#host.clock.soon(() => this.#flush()));
  }

  /** What was stored last tells what became of a group: nothing may be stored meanwhile that was sent later. */
  get #maySend(): boolean {
    return this.#unclear === 0 && this.#underWay.size < MOST_UNDER_WAY;
  }

  #flush(): void {
    this.#isScheduled = false;
    while (this.#waiting.length > 0 && this.#maySend) {
      const group = this.#waiting.length <= MOST_IN_GROUP
        ? this.#waiting
        : this.#waiting.slice(0, MOST_IN_GROUP);
      this.#waiting = this.#waiting.slice(group.length);
      this.#last = this.#send(group, this.#last);
    }
  }

  /** @param before Settles once those before are: what builds on a turn must not fail before that is known to hold. */
  async #send(group: readonly Commit[], before: Promise<void>): Promise<void> {
    this.#underWay.add(group);
    const outcomes = await this.#outcomesOf(group);
    await before;
    this.#underWay.delete(group);
    this.#size -= group.length;
    for (let index = 0; index < group.length; index++) group[index]!.settle(outcomes[index]!);
    this.#flush();
    if (this.#wantRoom.size === 0 || !this.hasRoom) return;
    const wanting = [...this.#wantRoom];
    this.#wantRoom.clear();
    for (const waiting of wanting) waiting.hasRoom();
  }

  async #outcomesOf(group: readonly Commit[]): Promise<CommitOutcome[]> {
    let store: StoreHandlers;
    try {
      store = await this.#read((store) => Promise.resolve(store));
    } catch (error) {
      return group.map(() => error instanceof StoreError ? error : notStored(error));
    }
    try {
      const turns = group.map(({ turn }) => turn);
      return await store.commit(textOfTurns(turns) ?? turns);
    } catch (error) {
      this.#store = null;
      return await this.#findOut(group, error);
    }
  }

  /** Nobody has said what became of these turns: what is stored of each actor tells. */
  async #findOut(group: readonly Commit[], why: unknown): Promise<CommitOutcome[]> {
    this.#unclear++;
    const sent = new Map([...this.#underWay].flat().map(({ turn }) => [turn.id, turn]));
    const actors = new Map<string, StoredActor | null>();
    const outcomes: CommitOutcome[] = [];
    for (const { turn } of group) {
      const actor = `${turn.kind}/${turn.key}`;
      if (!actors.has(actor)) actors.set(actor, await this.#loadAtAnyRate(turn));
      const stored = actors.get(actor)!;
      const last = sent.get(stored?.turn ?? "");
      if (isBefore(turn, last)) outcomes.push("done");
      else if (last !== undefined || isYounger(turn, stored)) outcomes.push(notStored(why));
      else outcomes.push(unclear(why));
    }
    this.#unclear--;
    return outcomes;
  }

  /** What is stored of the actor of a turn; asks until somebody knows, `null` when nobody does in time. */
  async #loadAtAnyRate({ kind, key }: StoredTurn): Promise<StoredActor | null> {
    const { clock, settings: { askTimeoutMs } } = this.#host;
    const end = clock.now() + askTimeoutMs;
    while (!this.#isClosed && clock.now() < end) {
      try {
        const store = await this.#find();
        return await store.load(kind, key);
      } catch {
        this.#store = null;
        await this.#sleep();
      }
    }
    return null;
  }

  /** Reads, also from a store that has to be started again. */
  async #read<T>(ask: (store: StoreHandlers) => Promise<T>): Promise<T> {
    const { clock, settings: { askTimeoutMs } } = this.#host;
    const end = clock.now() + askTimeoutMs;
    for (;;) {
      try {
        return await ask(await this.#find());
      } catch (error) {
        this.#store = null;
        if (isDefinite(error) || clock.now() >= end || this.#isClosed) throw error;
        await this.#sleep();
      }
    }
  }

  #find(): Promise<StoreHandlers> {
    this.#store ??= this.#host.directory.ask(["store"]).then((store) =>
      asksOf((store as Target).with({ timeoutMs: Infinity }) as Target)
    );
    return this.#store;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => void this.#host.clock.setTimer(resolve, RETRY_MS));
  }
}

/** Whether a turn is the last one that was stored of its actor, or one that this builds on. */
function isBefore({ epoch, version }: StoredTurn, last: StoredTurn | undefined): boolean {
  return last !== undefined && last.epoch === epoch && version <= last.version;
}

/** Whether what is stored of an actor is from before a turn. */
function isYounger({ version }: StoredTurn, stored: StoredActor | null): boolean {
  return stored !== null && stored.version <= version;
}

function notStored(cause: unknown): StoreError {
  const text = "Cannot commit turn: the store could not be reached, and nothing of it was stored";
  return new StoreError(text, "", "failed", { cause });
}

function unclear(cause: unknown): StoreError {
  const text =
    "Cannot commit turn: the store could not be reached, and whether it was stored is not known";
  return new StoreError(text, "", "unclear", { cause });
}

/** Whether an error says that something was not done, and why: asking again would not help. */
function isDefinite(error: unknown): boolean {
  return error instanceof Error && ["StoreError", "StoreInUseError"].includes(error.name);
}
