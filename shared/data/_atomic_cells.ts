import { viewOf } from "./elements.ts";
import type { ElementType, ElementValue, ElementViews } from "../vocabulary/element_type.ts";

/**
 * Numbers in shared memory, by index. Every operation is one atomic step in the one order that all threads see
 * (`Atomics`); indexes and values are checked by the caller.
 */
export interface Cells<V> {
  load(index: number): V;
  store(index: number, value: V): void;
  /** Gives the value before. */
  add(index: number, value: V): V;
  /** Gives the value before. */
  exchange(index: number, value: V): V;
  /** Stores `value` if it holds `expected`; gives the value before. */
  compareExchange(index: number, expected: V, value: V): V;
  /** Stores what `change` makes of the value, again and again until no other thread wrote between; gives it. */
  update(index: number, change: (value: V) => V): V;
}

/** The cells of one type over part of a buffer; `length` in elements. */
export function cellsOf<T extends ElementType>(
  type: T,
  buffer: SharedArrayBuffer,
  byteOffset: number,
  length: number,
): Cells<ElementValue<T>> {
  const cells = type === "f32"
    ? new FloatCells(new Float32Array(1), viewOf("i32", buffer, byteOffset, length))
    : type === "f64"
    ? new FloatCells(new Float64Array(1), viewOf("i64", buffer, byteOffset, length))
    : new IntegerCells(viewOf(type, buffer, byteOffset, length) as ElementViews["i32"]);
  return cells as Cells<number> as unknown as Cells<ElementValue<T>>;
}

/** Integers of any type: the types say 32 bits, `Atomics` knows better. */
class IntegerCells implements Cells<number> {
  readonly #view: Int32Array<SharedArrayBuffer>;

  constructor(view: Int32Array<SharedArrayBuffer>) {
    this.#view = view;
  }

  load(index: number): number {
    return Atomics.load(this.#view, index);
  }

  store(index: number, value: number): void {
    Atomics.store(this.#view, index, value);
  }

  add(index: number, value: number): number {
    return Atomics.add(this.#view, index, value);
  }

  exchange(index: number, value: number): number {
    return Atomics.exchange(this.#view, index, value);
  }

  compareExchange(index: number, expected: number, value: number): number {
    return Atomics.compareExchange(this.#view, index, expected, value);
  }

  update(index: number, change: (value: number) => number): number {
    for (let seen = this.load(index);;) {
      const changed = change(seen);
      const before = this.compareExchange(index, seen, changed);
      // What was stored may have wrapped around.
      if (before === seen) return wrapped(this.#view, changed);
      seen = before;
    }
  }
}

/** The number as it is when it was stored among those of a typed array. */
function wrapped(like: Int32Array<SharedArrayBuffer>, value: number): number {
  const one = new (like.constructor as Int32ArrayConstructor)(1);
  one[0] = value;
  return one[0]!;
}

/**
 * Floating point numbers, by their bits: `Atomics` knows no other way. What is compared is the bits too, so 0 and -0
 * differ, and `NaN` is equal to itself.
 */
class FloatCells implements Cells<number> {
  /** One number, and the same memory as an integer. */
  readonly #one: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  readonly #oneBits: Int32Array<ArrayBuffer>;
  readonly #bits: Int32Array<SharedArrayBuffer>;

  constructor(
    one: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
    bits: Int32Array<SharedArrayBuffer> | BigInt64Array<SharedArrayBuffer>,
  ) {
    this.#one = one;
    // 64 bits are bigints, which only pass through.
    this.#bits = bits as Int32Array<SharedArrayBuffer>;
    this.#oneBits = new (bits.constructor as Int32ArrayConstructor)(one.buffer);
  }

  load(index: number): number {
    return this.#value(Atomics.load(this.#bits, index));
  }

  store(index: number, value: number): void {
    Atomics.store(this.#bits, index, this.#bitsOf(value));
  }

  add(index: number, value: number): number {
    for (let seen = Atomics.load(this.#bits, index);;) {
      const old = this.#value(seen);
      const before = Atomics.compareExchange(this.#bits, index, seen, this.#bitsOf(old + value));
      if (before === seen) return old;
      seen = before;
    }
  }

  exchange(index: number, value: number): number {
    return this.#value(Atomics.exchange(this.#bits, index, this.#bitsOf(value)));
  }

  compareExchange(index: number, expected: number, value: number): number {
    const [from, to] = [this.#bitsOf(expected), this.#bitsOf(value)];
    return this.#value(Atomics.compareExchange(this.#bits, index, from, to));
  }

  update(index: number, change: (value: number) => number): number {
    for (let seen = Atomics.load(this.#bits, index);;) {
      const changed = this.#bitsOf(change(this.#value(seen)));
      const before = Atomics.compareExchange(this.#bits, index, seen, changed);
      if (before === seen) return this.#value(changed);
      seen = before;
    }
  }

  #bitsOf(value: number): number {
    this.#one[0] = value;
    return this.#oneBits[0]!;
  }

  #value(bits: number): number {
    this.#oneBits[0] = bits;
    return this.#one[0]!;
  }
}
