import { thread } from "../../channels/thread/thread.ts";
import type { CommitOutcome, Durability } from "../../actors/vocabulary/store.ts";
import { reasonOf, storeError } from "./_failure.ts";
import type { Connection } from "./_connection.ts";

/** One thing to write, done or undone as a whole. */
export interface Write {
  readonly durability: Durability;
  /** Whose it is: who reads that waits for it. */
  readonly actor?: string;
  /** Writes it within the transaction that is open. */
  work(): CommitOutcome;
  /** It could not be stored. */
  failed?(): void;
}

interface Request {
  readonly writes: readonly Write[];
  readonly resolve: (outcomes: CommitOutcome[]) => void;
}

/** So many rounds of the event loop a group grows at most: what comes in a burst comes in several. */
const MAX_ROUNDS = 16;

/**
 * Gathers what is to be written, and writes all of it in one transaction: a wait for the disk is as long for a thousand
 * turns as for one. While it lasts the next ones gather.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #file: string;
  #requests: Request[] = [];
  readonly #actors = new Set<string>();
  #isPlanned = false;
  #seen = 0;
  #rounds = 0;

  constructor(connection: Connection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Writes something with the next group, in this order. */
  add(writes: readonly Write[]): Promise<CommitOutcome[]> {
    const { promise, resolve } = Promise.withResolvers<CommitOutcome[]>();
    this.#requests.push({ writes, resolve });
    for (const { actor } of writes) if (actor !== undefined) this.#actors.add(actor);
    if (!this.#isPlanned) {
      this.#isPlanned = true;
      this.#rounds = 0;
      this.#seen = this.#requests.length;
      this.#nextRound();
    }
    return promise;
  }

  #nextRound(): void {
    thread().platform.clock.yieldTo(this.#look);
  }

  /** Writes once a round of the event loop has brought nothing more. */
  readonly #look = (): void => {
    if (this.#requests.length > this.#seen && ++this.#rounds < MAX_ROUNDS) {
      this.#seen = this.#requests.length;
      return this.#nextRound();
    }
    this.flush();
  };

  /** Writes what has been gathered, if something of an actor is among it. */
  flushFor(actor: string): void {
    if (this.#actors.has(actor)) this.flush();
  }

  /** Writes what has been gathered, now. */
  flush(): void {
    this.#isPlanned = false;
    const requests = this.#requests;
    if (requests.length === 0) return;
    this.#requests = [];
    this.#actors.clear();
    const outcomes = this.#write(requests.flatMap(({ writes }) => writes));
    let at = 0;
    for (const { writes, resolve } of requests) {
      resolve(outcomes.slice(at, at += writes.length));
    }
  }

  #write(writes: readonly Write[]): CommitOutcome[] {
    try {
      return this.#transact(writes, (write) => write.work());
    } catch (error) {
      // It would be waited for again.
      if (reasonOf(error) === "busy") return writes.map((write) => this.#failed(write, error));
      if (writes.length === 1) return [this.#failed(writes[0]!, error)];
    }
    try {
      return this.#transact(writes, (write) => this.#tryOne(write));
    } catch {
      return this.#oneByOne(writes);
    }
  }

  #transact(
    writes: readonly Write[],
    writeOne: (write: Write) => CommitOutcome,
  ): CommitOutcome[] {
    const isForDisk = writes.some(({ durability }) => durability === "disk");
    return this.#connection.transact(isForDisk ? "disk" : "process", () => writes.map(writeOne));
  }

  /** One that cannot be stored does no harm to the others. */
  #tryOne(write: Write): CommitOutcome {
    const connection = this.#connection;
    connection.savepoint("SAVEPOINT one");
    let outcome;
    try {
      outcome = write.work();
    } catch (error) {
      // Some errors undo the whole transaction.
      if (!connection.isTransaction) throw error;
      connection.savepoint("ROLLBACK TO one");
      outcome = this.#failed(write, error);
    }
    connection.savepoint("RELEASE one");
    return outcome;
  }

  /** Where the disk is full there may be room for some of them. */
  #oneByOne(writes: readonly Write[]): CommitOutcome[] {
    let last: unknown = null;
    return writes.map((write) => {
      if (last !== null && reasonOf(last) !== "full") return this.#failed(write, last);
      try {
        return this.#transact([write], () => write.work())[0]!;
      } catch (error) {
        last = error;
        return this.#failed(write, error);
      }
    });
  }

  #failed(write: Write, error: unknown): Error {
    write.failed?.();
    return storeError("write to", this.#file, error);
  }
}
