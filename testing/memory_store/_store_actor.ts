import { actor } from "../../actors/actor.ts";
import { turnsIn } from "../../actors/keyed/turns_text.ts";
import type { ActorDefinition } from "../../actors/vocabulary/definition.ts";
import type { CommitOutcome, StoredTurn, StoreHandlers } from "../../actors/vocabulary/store.ts";
import { StoreError } from "../../actors/vocabulary/store_errors.ts";
import type { Disk } from "./_disk.ts";
import { diskOf } from "./_disks.ts";
import type { MemoryStoreFaults } from "./faults.ts";
import { Mishaps, refusal } from "./_mishaps.ts";

/** What a store is started with. */
export interface MemoryStoreArgs {
  /** Of its disk. */
  readonly name: string;
  readonly faults: MemoryStoreFaults;
}

/** How often answers that have expired are looked for. */
const SWEEP_MS = 10_000;

/** The actor that reads and writes a disk. */
export const memoryStoreActor: ActorDefinition<StoreHandlers, [args: MemoryStoreArgs]> = actor(
  import.meta,
  (context, { name, faults }: MemoryStoreArgs) => {
    const disk = diskOf(name);
    const mishaps = new Mishaps(faults, disk);
    const group = new Group(disk, mishaps);
    context.onStop(() => group.flush());
    return handlersOf(disk, mishaps, group);
  },
).with({ concurrency: Number.MAX_SAFE_INTEGER, onError: "resume" });

function handlersOf(disk: Disk, mishaps: Mishaps, group: Group): StoreHandlers {
  let swept = -Infinity;
  const sweep = () => {
    const now = Date.now();
    if (Math.abs(now - swept) < SWEEP_MS) return;
    swept = now;
    disk.sweep(now);
  };
  const request = async <T>(what: () => T, kind?: string, key?: string): Promise<T> => {
    await mishaps.before();
    if (kind !== undefined) group.flushFor(`${kind}/${key}`);
    let answer: T;
    try {
      answer = what();
    } catch (error) {
      throw keptFrom(error);
    }
    await mishaps.after(false);
    return answer;
  };
  return {
    load: (kind, key) => request(() => disk.load(kind, key), kind, key),
    async commit(listOrText) {
      const turns = turnsIn(listOrText);
      if (mishaps.happens("fails")) throw refusal("A fault that was asked for");
      const outcomes = await group.add(turns);
      if (turns.some(({ once }) => once !== null)) sweep();
      await mishaps.after(true);
      return outcomes;
    },
    once: (kind, key, id, now) => request(() => disk.once(kind, key, id, now), kind, key),
    entry: (kind, key, name) => request(() => disk.entry(kind, key, name), kind, key),
    entries: (kind, key, range) => request(() => disk.entries(kind, key, range), kind, key),
    due: (now, limit) => request(() => disk.due(now, limit)),
    delivered: (numbers) =>
      request(() => {
        for (const number of numbers) disk.delivered(number);
      }),
    putOff: (number, due, failure) => request(() => disk.putOff(number, due, failure)),
    alarms: (limit) => request(() => disk.alarms(limit)),
  };
}

interface Request {
  readonly turns: readonly StoredTurn[];
  readonly resolve: (outcomes: CommitOutcome[]) => void;
}

/** Gathers turns while the store is slow, and writes them in the order in which they came. */
class Group {
  readonly #disk: Disk;
  readonly #mishaps: Mishaps;
  #requests: Request[] = [];
  #isPlanned = false;
  /** The first turn that was refused of each load: what was loaded ends with that turn. */
  readonly #refused = new Map<string, string>();

  constructor(disk: Disk, mishaps: Mishaps) {
    this.#disk = disk;
    this.#mishaps = mishaps;
  }

  add(turns: readonly StoredTurn[]): Promise<CommitOutcome[]> {
    const { promise, resolve } = Promise.withResolvers<CommitOutcome[]>();
    this.#requests.push({ turns, resolve });
    if (!this.#isPlanned) void this.#flushSoon();
    return promise;
  }

  async #flushSoon(): Promise<void> {
    this.#isPlanned = true;
    await this.#mishaps.wait();
    this.flush();
  }

  /** Writes what has been gathered, if something of an actor is among it. */
  flushFor(actor: string): void {
    const isGathered = this.#requests.some(({ turns }) =>
      turns.some(({ kind, key }) => `${kind}/${key}` === actor)
    );
    if (isGathered) this.flush();
  }

  /** Writes what has been gathered. */
  flush(): void {
    this.#isPlanned = false;
    const requests = this.#requests;
    this.#requests = [];
    for (const { turns, resolve } of requests) resolve(turns.map((turn) => this.#write(turn)));
  }

  #write(turn: StoredTurn): CommitOutcome {
    const load = `${turn.epoch} ${turn.kind}/${turn.key}`;
    const first = this.#refused.get(load);
    const outcome = first !== undefined && first !== turn.id ? "conflict" : this.#try(turn);
    if (outcome === "done") this.#refused.delete(load);
    // Whoever is fenced stays so.
    else if (outcome !== "fenced" && first === undefined) this.#refused.set(load, turn.id);
    return outcome;
  }

  #try(turn: StoredTurn): CommitOutcome {
    if (this.#mishaps.happens("intrudes")) this.#disk.intrude(turn.kind, turn.key);
    if (this.#mishaps.happens("refuses")) return refusal("A fault that was asked for");
    try {
      return this.#disk.write(turn);
    } catch (error) {
      return keptFrom(error);
    }
  }
}

/** What was thrown, as an error of the store. */
function keptFrom(cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return cause instanceof StoreError ? cause : refusal(why, { cause });
}
