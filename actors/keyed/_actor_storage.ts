import { decodeStored, type Stored } from "../../channels/message/stored.ts";
import { encodeStored } from "../../channels/packing/stored.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { checkShortText } from "../definition/check_keyed.ts";
import type { DurableCell } from "./_durable_cell.ts";
import { keyIn, kindIn } from "./ids.ts";

const LIMIT = 1_000;

/** Which entries to list. */
interface Range {
  readonly prefix?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** The entries of a durable actor, as its turns see them: with what is not committed yet. */
export class EntriesOf {
  readonly #cell: DurableCell;

  constructor(cell: DurableCell) {
    this.#cell = cell;
  }

  async get(name: string): Promise<unknown> {
    checkShortText("get entry", "name", name);
    const { id, side } = this.#cell;
    const written = this.#written(name);
    const stored = written === undefined
      ? await side.store.entry(kindIn(id), keyIn(id), name)
      : written;
    return stored === null ? undefined : decodeStored(stored, side.handles);
  }

  set(name: string, value: unknown): void {
    checkShortText("set entry", "name", name);
    const turn = this.#cell.writing("set an entry");
    turn.setEntry(name, encodeStored(value, "entry", "value"));
  }

  delete(name: string): void {
    checkShortText("delete entry", "name", name);
    this.#cell.writing("delete an entry").setEntry(name, null);
  }

  async list({ prefix = "", after, limit = LIMIT }: Range = {}): Promise<[string, unknown][]> {
    checkCount("list entries", "limit", limit, 1);
    const { id, side } = this.#cell;
    const written = this.#allWritten();
    const deleted = Array.from(written.values()).filter((value) => value === null).length;
    const range = { prefix, after: after ?? null, limit: limit + deleted };
    const stored = written.isForgotten
      ? []
      : await side.store.entries(kindIn(id), keyIn(id), range);
    const all = new Map<string, Stored | null>(stored);
    for (const [name, value] of written) {
      if (name.startsWith(prefix) && (after === undefined || name > after)) all.set(name, value);
    }
    const found = [...all].filter((entry): entry is [string, Stored] => entry[1] !== null);
    found.sort(([one], [other]) => one < other ? -1 : 1);
    return found.slice(0, limit).map((
      [name, value],
    ) => [name, decodeStored(value, side.handles)]);
  }

  /** What was written to an entry and is not in the store yet; `undefined` when nothing was. */
  #written(name: string): Stored | null | undefined {
    const written = this.#allWritten();
    return written.has(name) ? written.get(name) : written.isForgotten ? null : undefined;
  }

  #allWritten(): Written {
    const written = new Written();
    for (const { forgets, entries } of this.#cell.record.unstored) written.add(forgets, entries);
    const turn = this.#cell.ownTurn;
    if (turn !== null) written.add(turn.isForgetting, turn.entries);
    return written;
  }
}

/** What was written to entries since they were stored. */
class Written extends Map<string, Stored | null> {
  /** Whether those in the store are no more. */
  isForgotten = false;

  add(forgets: boolean, entries: Iterable<readonly [string, Stored | null]>): void {
    if (forgets) {
      this.isForgotten = true;
      this.clear();
    }
    for (const [name, value] of entries) this.set(name, value);
  }
}
