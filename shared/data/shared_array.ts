import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import { type Cells, cellsOf } from "./_atomic_cells.ts";
import { byteLengthOf, checkElement, checkIndex, checkType, shown, viewOf } from "./elements.ts";
import { adopt, DATA_OFFSET, ownLock, ownMemory } from "./own_memory.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import type {
  ElementCopies,
  ElementType,
  ElementValue,
  ElementViews,
} from "../vocabulary/element_type.ts";
import type { Mutex } from "../locks/mutex.ts";

/**
 * Numbers of one type that all threads see, as many as it was made with.
 *
 * - **Checked:** an index that is not from 0 to `length - 1` is refused, -1 too, and so is a value that the type does
 *   not hold (see {@linkcode ElementType}). {@linkcode SharedArray.view} is the memory itself, unchecked and as fast as
 *   any typed array.
 * - **Atomic:** each access to one element is one step, see {@linkcode SharedValue}. More than one element, iteration
 *   and {@linkcode SharedArray.slice} are many steps: hold the {@linkcode SharedArray.lock} when others write.
 * - It can be part of any message, and what arrives is the same memory. It is freed with its last handle.
 *
 * | bytes  | what                          |
 * | ------ | ----------------------------- |
 * | 0 to 7 | the lock, a {@linkcode Mutex} |
 * | from 8 | the elements                  |
 *
 * @example Let a task fill an array
 * ```ts
 * import { ActorSystem, task } from "@troupe/actors";
 * import { SharedArray } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const fill = task(import.meta, (numbers: SharedArray<"f64">) => {
 *   for (let i = 0; i < numbers.length; i++) numbers.set(i, 10 + i);
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const numbers = new SharedArray("f64", 3);
 * await system.run(fill, numbers);
 * assertEquals([...numbers], [10, 11, 12]);
 * ```
 *
 * @typeParam T The type of the elements.
 */
export class SharedArray<T extends ElementType> implements Iterable<ElementValue<T>> {
  /** The type of the elements. */
  readonly type: T;
  /** How many elements there are. */
  readonly length: number;
  /**
   * The memory itself: reads and writes as plain as those of any typed array, without checks, order or a promise that
   * a number of 64 bits is read whole.
   */
  readonly view: ElementViews[T];
  readonly #buffer: SharedArrayBuffer;
  readonly #cells: Cells<ElementValue<T>>;
  #lock: Mutex | null = null;

  /**
   * Makes an array of zeros, or of values.
   *
   * @param type The type of the elements.
   * @param lengthOrValues How many zeros, or the values to begin with.
   * @throws {TypeError} when the type is unknown, or a value is not of its kind.
   * @throws {RangeError} when the length is not a whole number from 0 on, or so long that there is no memory; when a
   * value is not whole, for a type of integers.
   */
  constructor(type: T, lengthOrValues: number | Iterable<ElementValue<T>>) {
    checkType("create SharedArray", type);
    const values = valuesOf(type, lengthOrValues);
    const length = values?.length ?? lengthOrValues as number;
    checkCount("create SharedArray", "length", length, 0);
    this.type = type;
    this.length = length;
    this.#buffer = ownMemory(length * byteLengthOf(type)).buffer;
    this.view = viewOf(type, this.#buffer, DATA_OFFSET, length);
    this.#cells = cellsOf(type, this.#buffer, DATA_OFFSET, length);
    values?.forEach((value, index) => this.#cells.store(index, value));
  }

  /** Its own lock, for changes that take more than one step. */
  get lock(): Mutex {
    return this.#lock ??= ownLock(this.#buffer);
  }

  /** Bytes of all elements. */
  get byteLength(): number {
    return this.view.byteLength;
  }

  /**
   * The element at an index.
   *
   * @throws {RangeError} when the index is not from 0 to `length - 1`.
   */
  at(index: number): ElementValue<T> {
    this.#checkIndex("read", index);
    return this.#cells.load(index);
  }

  /**
   * Stores an element.
   *
   * @throws {RangeError} when the index is not from 0 to `length - 1`, or the value not whole, for integers.
   * @throws {TypeError} when the value is not of the type's kind.
   */
  set(index: number, value: ElementValue<T>): void {
    this.#check("set", index, value);
    this.#cells.store(index, value);
  }

  /** Adds to an element; returns the value before. Integers wrap around. */
  add(index: number, value: ElementValue<T>): ElementValue<T> {
    this.#check("add to", index, value);
    return this.#cells.add(index, value);
  }

  /** Stores an element; returns the value before. */
  exchange(index: number, value: ElementValue<T>): ElementValue<T> {
    this.#check("exchange", index, value);
    return this.#cells.exchange(index, value);
  }

  /** Stores an element if it holds `expected` (floating point: the same bits); returns the value before. */
  compareExchange(
    index: number,
    expected: ElementValue<T>,
    value: ElementValue<T>,
  ): ElementValue<T> {
    this.#check("compare", index, expected);
    this.#check("exchange", index, value);
    return this.#cells.compareExchange(index, expected, value);
  }

  /**
   * Replaces an element by what `change` makes of it; returns the new value as it was stored.
   *
   * @param change May run more than once, when other threads write meanwhile, so it should do nothing else.
   */
  update(index: number, change: (value: ElementValue<T>) => ElementValue<T>): ElementValue<T> {
    this.#checkIndex("update", index);
    return this.#cells.update(index, (value) => {
      const changed = change(value);
      this.#check("update", index, changed);
      return changed;
    });
  }

  /** A copy of a part, which no other thread sees; positions as in `Array.prototype.slice`. */
  slice(start?: number, end?: number): ElementCopies[T] {
    // `slice` of a typed array over shared memory gives one over memory of its own.
    return this.view.slice(start, end) as unknown as ElementCopies[T];
  }

  /** The elements one after the other, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<ElementValue<T>> {
    for (let index = 0; index < this.length; index++) yield this.#cells.load(index);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return ["shared.array", this.type, this.length, outlet.attach(this.#buffer)];
  }

  #check(doing: string, index: number, value: unknown): void {
    this.#checkIndex(doing, index);
    checkElement(() => `${doing} element ${index} of SharedArray`, this.type, value);
  }

  #checkIndex(doing: string, index: number): void {
    checkIndex(doing, "SharedArray", index, this.length);
  }
}

function valuesOf<T extends ElementType>(
  type: T,
  lengthOrValues: number | Iterable<ElementValue<T>>,
): ElementValue<T>[] | null {
  if (typeof lengthOrValues === "number") return null;
  if (typeof lengthOrValues !== "object" || lengthOrValues === null) {
    const received = shown(lengthOrValues);
    throw new TypeError(`Cannot create SharedArray: not a length or values: ${received}`);
  }
  const values = [...lengthOrValues];
  values.forEach((value, index) =>
    checkElement(() => `create SharedArray: at index ${index}`, type, value)
  );
  return values;
}

registerShared("shared.array", ([type, length, index], attachment) => {
  const buffer = memoryIn(attachment(index as number));
  checkCame(isCount(length), "SharedArray");
  return adopt(buffer, () => new SharedArray(type as ElementType, length));
});
