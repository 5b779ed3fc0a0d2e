import { actor } from "../../actors/actor.ts";
import type { ActorContext } from "../../actors/actor_context.ts";
import type { ActorDefinition } from "../../actors/vocabulary/definition.ts";
import { turnsIn } from "../../actors/keyed/turns_text.ts";
import type { StoredTurn, StoreHandlers } from "../../actors/vocabulary/store.ts";
import { thread } from "../../channels/thread/thread.ts";
import { Connection, type Sqlite } from "./_connection.ts";
import { DueList } from "./_due_list.ts";
import { storeError } from "./_failure.ts";
import { lockFile } from "./_file_lock.ts";
import { GroupCommit, type Write } from "./_group.ts";
import { Reader } from "./_reader.ts";
import { TurnWriter } from "./_turn_writer.ts";

/** What a store is started with. */
export interface SqliteStoreOptions {
  readonly file: string;
  readonly waitMs: number;
  /** The same for each thread that follows a lost one. */
  readonly owner: string;
}

/** Answers that have expired are looked for so often, and so many are forgotten at a time. */
const SWEEP_MS = 10_000;
const SWEEP_LIMIT = 1_000;

/** The actor that owns the file. */
export const sqliteStore: ActorDefinition<StoreHandlers, [options: SqliteStoreOptions]> = actor(
  import.meta,
  (context, options: SqliteStoreOptions) => open(context, options),
).with({
  // All that come while the disk is waited for gather.
  concurrency: Number.MAX_SAFE_INTEGER,
  // What could not be read or written changes nothing here.
  onError: "resume",
});

async function open(
  context: ActorContext,
  { file, waitMs, owner }: SqliteStoreOptions,
): Promise<StoreHandlers> {
  const lock = await own(context, file, waitMs, owner);
  try {
    // Here, so that only the thread of a store loads it.
    const sqlite = await thread().platform.load("node:sqlite") as Sqlite;
    const connection = new Connection(sqlite, lock.file, file);
    return handlersOf(context, file, connection, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw storeError("open", file, error);
  }
}

/** Two names of one file are the same file. */
async function own(context: ActorContext, path: string, waitMs: number, owner: string) {
  if (path === ":memory:") return { file: path, [Symbol.dispose]() {} };
  const { signal } = context;
  try {
    const file = realPath(path);
    const lock = await lockFile({ file, name: path, waitMs, owner, signal });
    return { file, [Symbol.dispose]: () => lock[Symbol.dispose]() };
  } catch (error) {
    throw storeError("open", path, error);
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

function handlersOf(
  context: ActorContext,
  file: string,
  connection: Connection,
  lock: Disposable,
): StoreHandlers {
  const reader = new Reader(connection);
  const turns = new TurnWriter(connection);
  const list = new DueList(connection);
  const group = new GroupCommit(connection, file);
  let swept = -Infinity;

  context.onStop(() => {
    try {
      group.flush();
    } finally {
      connection.close();
      lock[Symbol.dispose]();
    }
  });

  const writeTurn = (turn: StoredTurn): Write => ({
    durability: turn.durability,
    actor: `${turn.kind}/${turn.key}`,
    work: () => turns.write(turn),
    failed: () => turns.refuse(turn),
  });
  const sweep = (): void => {
    const now = Date.now();
    if (Math.abs(now - swept) < SWEEP_MS) return;
    swept = now;
    try {
      const isMore = connection.transact("process", () => list.sweep(now, SWEEP_LIMIT));
      if (isMore) swept = -Infinity;
    } catch {
      // Whatever it is, the next one that wants something of the file hears of it.
    }
  };
  const writeList = async (work: () => void): Promise<void> => {
    const write: Write = { durability: "process", work: () => (work(), "done") };
    const [outcome] = await group.add([write]);
    if (outcome instanceof Error) throw outcome;
  };
  // Async, so that what it throws is a rejection everywhere.
  // deno-lint-ignore require-await
  const read = async <T>(what: () => T, kind?: string, key?: string): Promise<T> => {
    try {
      if (kind !== undefined) group.flushFor(`${kind}/${key}`);
      return what();
    } catch (error) {
      throw storeError("read", file, error);
    }
  };

  return {
    load: (kind, key) => read(() => reader.load(kind, key), kind, key),
    async commit(listOrText) {
      const turns = turnsIn(listOrText);
      const outcomes = await group.add(turns.map(writeTurn));
      if (turns.some(({ once }) => once !== null)) sweep();
      return outcomes;
    },
    once: (kind, key, id, now) => read(() => reader.once(kind, key, id, now), kind, key),
    entry: (kind, key, name) => read(() => reader.entry(kind, key, name), kind, key),
    entries: (kind, key, range) => read(() => reader.entries(kind, key, range), kind, key),
    due: (now, limit) => read(() => list.due(now, limit)),
    delivered: (numbers) =>
      writeList(() => {
        for (const number of numbers) list.delete(number);
      }),
    putOff: (number, due, failure) => writeList(() => list.putOff(number, due, failure)),
    alarms: (limit) => read(() => reader.alarms(limit)),
  };
}
