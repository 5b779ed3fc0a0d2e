import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import { type Cells, cellsOf } from "./_atomic_cells.ts";
import { byteLengthOf, checkElement, checkType, zeroOf } from "./elements.ts";
import { adopt, DATA_OFFSET, ownLock, ownMemory } from "./own_memory.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import type { ElementType, ElementValue } from "../vocabulary/element_type.ts";
import type { Mutex } from "../locks/mutex.ts";

/**
 * One number that all threads see.
 *
 * - **Atomic:** reading `value`, writing it, and each method is one step: nobody sees half of a number, and all threads
 *   see the same order. `value += 1` is two steps, a read and a write, between which another thread may write: use
 *   {@linkcode SharedValue.add}, {@linkcode SharedValue.update}, or hold the {@linkcode SharedValue.lock}, which is
 *   advice: it keeps out those who take it, nobody else.
 * - **Storage** is that of its {@linkcode ElementType}: whole numbers beyond the range wrap around, as in C.
 * - It can be part of any message, and what arrives is the same number. It is freed with its last handle.
 *
 * Cost: about ten nanoseconds for each access, twice that for floating point, no message.
 *
 * | bytes   | what                                   |
 * | ------- | -------------------------------------- |
 * | 0 to 7  | the lock, a {@linkcode Mutex}          |
 * | 8 to 15 | the number, padded; aligned to its size |
 *
 * @example Count in two tasks
 * ```ts
 * import { ActorSystem, task } from "@troupe/actors";
 * import { SharedValue } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const count = task(import.meta, (hits: SharedValue<"i32">, times: number) => {
 *   for (let i = 0; i < times; i++) hits.add(1);
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const hits = new SharedValue("i32");
 * await Promise.all([system.run(count, hits, 100), system.run(count, hits, 100)]);
 * assertEquals(hits.value, 200);
 * ```
 *
 * @typeParam T The type of the number.
 */
export class SharedValue<T extends ElementType> {
  /** The type of the number. */
  readonly type: T;
  readonly #buffer: SharedArrayBuffer;
  readonly #cells: Cells<ElementValue<T>>;
  #lock: Mutex | null = null;

  /**
   * Makes a number.
   *
   * @param type The type of the number.
   * @param initial 0 when it is left out.
   * @throws {TypeError} when the type is unknown, or the value is not of its kind (text, or a number for 64 bits).
   * @throws {RangeError} when the value is not whole, for a type of integers.
   */
  constructor(type: T, initial: ElementValue<T> = zeroOf(type)) {
    checkType("create SharedValue", type);
    checkElement(() => "create SharedValue", type, initial);
    const { buffer, isNew } = ownMemory(8);
    this.type = type;
    this.#buffer = buffer;
    this.#cells = cellsOf(type, buffer, DATA_OFFSET, 1);
    if (isNew) this.#cells.store(0, initial);
  }

  /** The number; {@linkcode SharedValue} says which numbers it takes, and what is thrown for others. */
  get value(): ElementValue<T> {
    return this.#cells.load(0);
  }

  set value(value: ElementValue<T>) {
    this.#check("set SharedValue", value);
    this.#cells.store(0, value);
  }

  /** Its own lock, for changes that take more than one step. */
  get lock(): Mutex {
    return this.#lock ??= ownLock(this.#buffer);
  }

  /** Bytes of the number itself. */
  get byteLength(): number {
    return byteLengthOf(this.type);
  }

  /** Adds; returns the value before. Integers wrap around. */
  add(value: ElementValue<T>): ElementValue<T> {
    this.#check("add to SharedValue", value);
    return this.#cells.add(0, value);
  }

  /** Stores a value; returns the one before. */
  exchange(value: ElementValue<T>): ElementValue<T> {
    this.#check("exchange SharedValue", value);
    return this.#cells.exchange(0, value);
  }

  /** Stores a value if it holds `expected` (floating point: the same bits); returns the value before. */
  compareExchange(expected: ElementValue<T>, value: ElementValue<T>): ElementValue<T> {
    this.#check("compare SharedValue", expected);
    this.#check("exchange SharedValue", value);
    return this.#cells.compareExchange(0, expected, value);
  }

  /**
   * Replaces the value by what `change` makes of it; returns the new value as it was stored.
   *
   * @param change May run more than once, when other threads write meanwhile, so it should do nothing else. When it
   * throws, nothing has changed.
   */
  update(change: (value: ElementValue<T>) => ElementValue<T>): ElementValue<T> {
    return this.#cells.update(0, (value) => {
      const changed = change(value);
      this.#check("update SharedValue", changed);
      return changed;
    });
  }

  /** The number, so that `+counter` works. */
  valueOf(): ElementValue<T> {
    return this.value;
  }

  /** The number as text. */
  toString(): string {
    return String(this.value);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return ["shared.value", this.type, outlet.attach(this.#buffer)];
  }

  #check(doing: string, value: unknown): void {
    checkElement(() => doing, this.type, value);
  }
}

registerShared("shared.value", ([type, index], attachment) => {
  const buffer = memoryIn(attachment(index as number));
  return adopt(buffer, () => new SharedValue(type as ElementType));
});
