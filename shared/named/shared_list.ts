import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { checkCame } from "../../channels/vocabulary/malformed.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { indexFrom, shown } from "../data/elements.ts";
import { holdsList, ListSlots, makeSlots } from "./_list_slots.ts";
import { attachNamed, checkName, createNamed, NamedBlock } from "./_named_block.ts";
import { ownLock } from "../data/own_memory.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import type { SharedListValue } from "../vocabulary/shared_list_value.ts";
import type { Mutex } from "../locks/mutex.ts";

const adoption = new Adoption<{ buffer: SharedArrayBuffer; block: NamedBlock | null }>();

/**
 * A list of different values that all threads see, of fixed length: Python's `ShareableList`.
 *
 * - **Values** keep their type: numbers, bigints of 64 bits, booleans, `null`, text, and bytes (a `Uint8Array`, of which
 *   a copy is stored and a copy given).
 * - **Slots** are as large as the first value needs, and stay so. Text (in UTF-8) and bytes get the next multiple of 8
 *   beyond their length, everything else 8 bytes, so that every slot takes every number. What is too long is refused
 *   and changes nothing.
 * - **Whole elements:** each method locks the list for as long as it takes, so nobody reads half of a text. Two calls
 *   are two steps: put a lock of your own around them. When a thread ends in the middle of a write the element is
 *   `null`.
 * - It can be part of any message, and what arrives is the same list. {@linkcode SharedList.create} gives it a name, by
 *   which other threads attach: {@linkcode SharedMemory} says how names live.
 *
 * @example Values keep their type
 * ```ts
 * import { SharedList } from "@troupe/actors/shared";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const list = new SharedList(["howdy", -273.154, 100, null, true]);
 * list.set(1, "dry ice"); // 7 bytes in the slot of a number, which has 8.
 * assertThrows(() => list.set(1, "far too long"), RangeError);
 * assertEquals(list.toArray(), ["howdy", "dry ice", 100, null, true]);
 * ```
 */
export class SharedList implements Iterable<SharedListValue>, Disposable, AsyncDisposable {
  readonly #buffer: SharedArrayBuffer;
  readonly #block: NamedBlock | null;
  readonly #slots: ListSlots;
  readonly #lock: Mutex;

  /**
   * Makes a list without a name.
   *
   * @throws {TypeError} when a value is of another kind, or text that is not well-formed.
   * @throws {RangeError} when a bigint has more than 64 bits.
   */
  constructor(values: Iterable<SharedListValue>) {
    const { buffer, block } = adoption.take() ??
      { buffer: makeSlots(listed(values)), block: null };
    this.#buffer = buffer;
    this.#block = block;
    this.#slots = new ListSlots(buffer);
    this.#lock = ownLock(buffer);
  }

  /**
   * Makes a list that other threads find by its name.
   *
   * @throws {Deno.errors.AlreadyExists} when there is a list or block of this name.
   * @throws {TypeError} when a value is of another kind.
   * @throws {RangeError} when a bigint has more than 64 bits.
   */
  static async create(name: string, values: Iterable<SharedListValue>): Promise<SharedList> {
    checkName("create", "SharedList", name);
    const buffer = makeSlots(listed(values));
    return over(buffer, await createNamed("SharedList", name, buffer));
  }

  /**
   * Finds the list of a name; waits while the thread that created it is busy.
   *
   * @throws {Deno.errors.NotFound} when there is none.
   * @throws {TypeError} when the name is that of a block that is no list.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  static async attach(name: string, options: WaitOptions = {}): Promise<SharedList> {
    const block = await attachNamed("SharedList", name, options);
    const buffer = block.buffer("attach");
    if (holdsList(buffer)) return over(buffer, block);
    throw new TypeError(
      `Cannot attach SharedList ${JSON.stringify(name)}: the block of this name is no list`,
    );
  }

  /** Name by which other threads find it; `null` when it has none. */
  get name(): string | null {
    return this.#block?.name ?? null;
  }

  /** How many elements there are. */
  get length(): number {
    return this.#slots.length;
  }

  /**
   * The element at an index; as in `Array.prototype.at` a negative one counts from the end.
   *
   * @throws {RangeError} when there is no such element.
   * @throws {Error} when this handle is closed.
   */
  at(index: number): SharedListValue {
    const at = this.#index("read", index);
    return this.#locked("read", () => this.#slots.read(at));
  }

  /**
   * Stores an element; a negative index counts from the end.
   *
   * @throws {RangeError} when there is no such element, or the value is too long for its slot.
   * @throws {TypeError} when the value is of another kind. Nothing has changed then.
   * @throws {Error} when this handle is closed.
   */
  set(index: number, value: SharedListValue): void {
    const at = this.#index("set", index);
    // What has to be encoded is encoded before the lock is taken.
    const stored = this.#slots.fit(at, value);
    this.#locked("set", () => this.#slots.write(at, stored));
  }

  /** Where the first element is that equals a value, in type and content; -1 when there is none. */
  indexOf(value: SharedListValue): number {
    return this.toArray().findIndex((each) => isSame(each, value));
  }

  /** How many elements equal a value, in type and content. */
  count(value: SharedListValue): number {
    return this.toArray().filter((each) => isSame(each, value)).length;
  }

  /** All elements at one moment. */
  toArray(): SharedListValue[] {
    const { length } = this;
    const read = () => Array.from({ length }, (_, index) => this.#slots.read(index));
    return this.#locked("read", read);
  }

  /** The elements one after the other, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<SharedListValue> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** This handle is used no more; the list stays. */
  close(): void {
    if (this.#block !== null) this.#block.isClosed = true;
  }

  /** Frees the name, if it has one; those who are attached go on. Resolves when the name is free. */
  unlink(): Promise<void> {
    return this.#block?.unlink() ?? Promise.resolve();
  }

  /** Closes the handle; the creator's frees the name. A list without a name is not changed. */
  [Symbol.dispose](): void {
    // It cannot fail: the name is this thread's own.
    void this.#block?.dispose();
  }

  /** The same; resolves when the name is free. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#block?.dispose() ?? Promise.resolve();
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    if (this.#block?.isClosed) throw new Error("is a SharedList that was closed here");
    const id = this.#block?.id ?? null;
    return ["shared.list", this.name, id, outlet.attach(this.#buffer)];
  }

  #index(doing: string, index: number): number {
    return indexFrom(doing, "SharedList", index, this.length);
  }

  #locked<T>(doing: string, action: () => T): T {
    this.#block?.buffer(doing);
    using _guard = this.#lock.acquireSync();
    return action();
  }
}

function listed(values: Iterable<SharedListValue>): SharedListValue[] {
  // Text could be iterated too.
  if (typeof values === "object" && values !== null) return [...values];
  throw new TypeError(`Cannot create SharedList: not a list of values: ${shown(values)}`);
}

function isSame(a: SharedListValue, b: SharedListValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function over(buffer: SharedArrayBuffer, block: NamedBlock | null): SharedList {
  return adoption.with({ buffer, block }, () => new SharedList([]));
}

registerShared("shared.list", ([name, id, index], attachment) => {
  const buffer = memoryIn(attachment(index as number));
  if (name === null) return over(buffer, null);
  checkCame(typeof name === "string" && typeof id === "string", "SharedList");
  const block = { id, buffer };
  return over(buffer, new NamedBlock("SharedList", name, block, false));
});
