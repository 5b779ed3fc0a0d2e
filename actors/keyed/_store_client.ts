import type { Clock } from "../../channels/thread/clock.ts";
import type { Stored } from "../../channels/message/stored.ts";
import type { Directory } from "../hosts/directory.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
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
import { textOfTurns } from "./turns_text.ts";

type StoreRef = ActorRef<StoreHandlers>;

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
  #store: Promise<StoreRef> | null = null;
  #waiting: Commit[] = [];
  #size = 0;
  #underWay = 0;
  #isScheduled = false;
  #isClosed = false;
  /** Who waits for room. */
  readonly #wantRoom = new Set<WantsRoom>();

  constructor(host: StoreClientHost) {
    this.#host = host;
  }

  load(kind: string, key: string): Promise<StoredActor> {
    return this.#read((store) => store.ask.load(kind, key));
  }

  once(kind: string, key: string, id: string, now: number): Promise<StoredOnce | null> {
    return this.#read((store) => store.ask.once(kind, key, id, now));
  }

  entry(kind: string, key: string, name: string): Promise<Stored | null> {
    return this.#read((store) => store.ask.entry(kind, key, name));
  }

  entries(kind: string, key: string, range: EntryRange): Promise<[string, Stored][]> {
    return this.#read((store) => store.ask.entries(kind, key, range));
  }

  /** All alarms, the next one first. */
  alarms(): Promise<OwnedAlarm[]> {
    return this.#read((store) => store.ask.alarms(MOST_ALARMS));
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
    if (this.#isScheduled || this.#underWay >= MOST_UNDER_WAY) return;
    this.#isScheduled = true;
    // A turn that is ready makes others ready: they share a message.
    this.#host.clock.soon(() => this.#host.clock.soon(() => this.#flush()));
  }

  #flush(): void {
    this.#isScheduled = false;
    while (this.#waiting.length > 0 && this.#underWay < MOST_UNDER_WAY) {
      const group = this.#waiting.length <= MOST_IN_GROUP
        ? this.#waiting
        : this.#waiting.slice(0, MOST_IN_GROUP);
      this.#waiting = this.#waiting.slice(group.length);
      void this.#send(group);
    }
  }

  async #send(group: readonly Commit[]): Promise<void> {
    this.#underWay++;
    const outcomes = await this.#outcomesOf(group);
    this.#underWay--;
    this.#size -= group.length;
    for (let index = 0; index < group.length; index++) group[index]!.settle(outcomes[index]!);
    this.#flush();
    if (this.#wantRoom.size === 0 || !this.hasRoom) return;
    const wanting = [...this.#wantRoom];
    this.#wantRoom.clear();
    for (const waiting of wanting) waiting.hasRoom();
  }

  async #outcomesOf(group: readonly Commit[]): Promise<CommitOutcome[]> {
    let store: StoreRef;
    try {
      store = await this.#read((store) => Promise.resolve(store));
    } catch (error) {
      return group.map(() => error instanceof StoreError ? error : notStored(error));
    }
    try {
      const turns = group.map(({ turn }) => turn);
      return await store.ask.commit(textOfTurns(turns) ?? turns);
    } catch (error) {
      this.#store = null;
      return await this.#findOut(group, error);
    }
  }

  /** Nobody has said what became of these turns: what is stored of each actor tells. */
  async #findOut(group: readonly Commit[], why: unknown): Promise<CommitOutcome[]> {
    const last = new Map<string, string | null>();
    const landed: boolean[] = new Array(group.length).fill(false);
    // From the last one on: of each actor, those before the one that was stored last were stored, too.
    for (let index = group.length - 1; index >= 0; index--) {
      const { turn: { id, kind, key } } = group[index]!;
      const actor = `${kind}/${key}`;
      if (!last.has(actor)) last.set(actor, await this.#lastTurn(kind, key));
      if (last.get(actor) !== id && last.get(actor) !== LANDED) continue;
      last.set(actor, LANDED);
      landed[index] = true;
    }
    return landed.map((isLanded) => isLanded ? "done" : notStored(why));
  }

  /** The id of the turn of an actor that was committed last. Asks until somebody knows. */
  async #lastTurn(kind: string, key: string): Promise<string | null> {
    for (;;) {
      if (this.#isClosed) return null;
      try {
        const store = await this.#find();
        return (await store.ask.load(kind, key)).turn;
      } catch {
        this.#store = null;
        await this.#sleep();
      }
    }
  }

  /** Reads, also from a store that has to be started again. */
  async #read<T>(ask: (store: StoreRef) => Promise<T>): Promise<T> {
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

  #find(): Promise<StoreRef> {
    this.#store ??= this.#host.directory.ask(["store"]).then((store) =>
      (store as StoreRef).with({ timeoutMs: Infinity })
    );
    return this.#store;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => void this.#host.clock.setTimer(resolve, RETRY_MS));
  }
}

/** Stands for the id of a turn after which nothing of an actor was lost. */
const LANDED = "";

function notStored(cause: unknown): StoreError {
  const text = "Cannot commit turn: the store could not be reached, and nothing of it was stored";
  return new StoreError(text, "", "failed", { cause });
}

/** Whether an error says that something was not done, and why: asking again would not help. */
function isDefinite(error: unknown): boolean {
  return error instanceof Error && ["StoreError", "StoreInUseError"].includes(error.name);
}
