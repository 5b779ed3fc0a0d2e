import { isHandle } from "../../../channels/message/handle.ts";
import { watchLife } from "../../../channels/thread/life.ts";
import type { ManagedKind, Passage } from "../protocol.ts";
import { ManagedObject, seatOf } from "../managed_object.ts";
import { Transit } from "./_transit.ts";

/** What a manager keeps of one object. */
export interface ManagedEntry {
  readonly id: number;
  readonly kind: ManagedKind;
  /** What answers calls. */
  readonly target: ManagedTarget;
  /** How many handles are on their way. */
  transit: number;
  /** How many threads hold it. */
  holders: number;
}

/** What one thread holds. */
interface Held {
  /** How often, by id. */
  readonly counts: Map<number, number>;
  /** Ends the watch over the thread. */
  readonly unwatch: () => void;
}

/** The state of a managed object. */
export interface ManagedTarget {
  /** The values in it that may hold handles. */
  contents(): Iterable<unknown>;
  /** Nobody reaches it any more. */
  end?(): void;
}

// A sweep looks at everything, so it is worth while only when there may be twice as much.
const FIRST_SWEEP = 64;

/**
 * The objects of one manager. Handles of other threads, and those on their way, are the roots; handles inside of what is
 * reached from there keep their objects too. The others are freed by a mark and sweep, so circles are no problem.
 */
export class ManagedTable {
  readonly #entries = new Map<number, ManagedEntry>();
  readonly #threads = new Map<string | null, Held>();
  readonly #transit = new Transit();
  /** How many handles have come in calls that are not done, by id. */
  readonly #arriving = new Map<number, number>();
  #ids = 0;
  #nextSweep = FIRST_SWEEP;

  get size(): number {
    return this.#entries.size;
  }

  /** Adds an object that a thread holds from now on. */
  add(kind: ManagedKind, target: ManagedTarget, life: string | null): number {
    if (this.#entries.size >= this.#nextSweep) {
      this.sweep();
      this.#nextSweep = Math.max(FIRST_SWEEP, 2 * this.#entries.size);
    }
    const id = ++this.#ids;
    this.#entries.set(id, { id, kind, target, transit: 0, holders: 0 });
    this.hold(id, life);
    return id;
  }

  get(id: number): ManagedEntry | undefined {
    return this.#entries.get(id);
  }

  /** A thread has one handle more. */
  hold(id: number, life: string | null): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { counts } = this.#heldBy(life);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    entry.holders++;
  }

  /** A thread has one handle less. */
  release(id: number, life: string | null): void {
    const counts = this.#threads.get(life)?.counts;
    const count = counts?.get(id);
    if (counts === undefined || count === undefined) return;
    if (count === 1) counts.delete(id);
    else counts.set(id, count - 1);
    this.#entries.get(id)!.holders--;
  }

  /** A handle has left a thread. */
  lend(id: number, [thread, number]: Passage): void {
    const entry = this.#entries.get(id);
    if (this.#transit.left(thread, number) && entry !== undefined) entry.transit++;
  }

  /** A handle that was on its way has arrived at a thread. */
  claim(id: number, passage: Passage, life: string | null): void {
    this.hold(id, life);
    this.#landed(id, passage);
  }

  /** A handle has arrived here, most often as part of a call. */
  arrived(id: number, passage: Passage): void {
    this.#arriving.set(id, (this.#arriving.get(id) ?? 0) + 1);
    this.#landed(id, passage);
  }

  /** A call is done: what it brought is reached through the objects, or not at all. */
  callDone(args: unknown[]): void {
    if (this.#arriving.size === 0) return;
    for (const id of this.#idsIn(args)) this.dropArrived(id);
  }

  /** One handle that has arrived here is not used any more. */
  dropArrived(id: number): void {
    const count = this.#arriving.get(id) ?? 0;
    if (count <= 1) this.#arriving.delete(id);
    else this.#arriving.set(id, count - 1);
  }

  /** None of the handles that have arrived here exists any more. */
  dropAllArrived(id: number): void {
    this.#arriving.delete(id);
  }

  /** Frees what nobody reaches. */
  sweep(): void {
    const reached = new Set<number>();
    const pending: number[] = [...this.#arriving.keys()];
    for (const { id, transit, holders } of this.#entries.values()) {
      if (transit > 0 || holders > 0) pending.push(id);
    }
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const entry = this.#entries.get(id);
      if (entry === undefined || reached.has(id)) continue;
      reached.add(id);
      pending.push(...this.#idsIn(entry.target.contents()));
    }
    for (const { id, target } of [...this.#entries.values()]) {
      if (reached.has(id)) continue;
      this.#entries.delete(id);
      target.end?.();
    }
  }

  /** Ends all objects. */
  close(): void {
    for (const { target } of this.#entries.values()) target.end?.();
    this.#entries.clear();
    // A lock that is granted to a thread which has just ended is never freed.
    for (const { unwatch } of this.#threads.values()) unwatch();
    this.#threads.clear();
  }

  /** The objects of this table that values have handles of. */
  #idsIn(values: Iterable<unknown>): number[] {
    const seats = Array.from(handlesIn(values), seatOf);
    return seats.filter(({ client }) => client.manager === this).map(({ id }) => id);
  }

  #landed(id: number, [thread, number]: Passage): void {
    const entry = this.#entries.get(id);
    if (this.#transit.arrived(thread, number) && entry !== undefined) entry.transit--;
  }

  #heldBy(life: string | null): Held {
    let held = this.#threads.get(life);
    if (held === undefined) {
      // The main thread outlives the manager.
      const isWatched = life !== null && life !== INSIDE;
      const unwatch = isWatched ? watchLife(life, () => this.#lose(life)) : () => {};
      this.#threads.set(life, held = { counts: new Map(), unwatch });
    }
    return held;
  }

  #lose(life: string): void {
    const { counts } = this.#heldBy(life);
    this.#threads.delete(life);
    for (const [id, count] of counts) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) entry.holders -= count;
    }
  }
}

/** The holder of handles on the manager's own thread outside of its objects. */
export const INSIDE = "inside";

/** The handles that values hold, at any depth. */
function handlesIn(values: Iterable<unknown>): Set<ManagedObject> {
  const handles = new Set<ManagedObject>();
  const met = new Set<unknown>();
  const pending = [values[Symbol.iterator]()];
  for (let own = pending.at(-1); own !== undefined; own = pending.at(-1)) {
    const { done, value } = own.next();
    if (done) pending.pop();
    else if (value instanceof ManagedObject) handles.add(value);
    else if (typeof value === "object" && value !== null && !met.has(value)) {
      met.add(value);
      pending.push(partsOf(value)[Symbol.iterator]());
    }
  }
  return handles;
}

function partsOf(value: object): Iterable<unknown> {
  // What stands behind a reference or a channel is not part of the value.
  if (isHandle(value)) return [];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (Array.isArray(value) || value instanceof Set) return value;
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}
