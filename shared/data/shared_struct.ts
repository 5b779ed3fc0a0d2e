import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import { type Cells, cellsOf } from "./_atomic_cells.ts";
import { byteLengthOf, checkElement, checkIndex } from "./elements.ts";
import { adopt, DATA_OFFSET, ownLock, ownMemory } from "./own_memory.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import { layOut, type StructLayout } from "./_struct_layout.ts";
import type { ElementType, ElementValue } from "../vocabulary/element_type.ts";
import type { Mutex } from "../locks/mutex.ts";

/** The fields of a {@linkcode SharedStruct}, in their order in memory. */
export type StructFields = Readonly<Record<string, ElementType>>;

/** One record: a value for each field. */
export type StructRecord<F extends StructFields> = {
  -readonly [K in keyof F]: ElementValue<F[K]>;
};

/** Options for {@linkcode SharedStruct}. */
export interface SharedStructOptions {
  /**
   * How many records there are.
   *
   * @default {1}
   */
  length?: number | undefined;
}

/**
 * Records of numbers that all threads see, laid out in memory as a C compiler does it: each field at a multiple of its
 * size, the record padded to a multiple of its largest field. All fields are 0 at first.
 *
 * - {@linkcode SharedStruct.at} gives a record as an object whose properties read and write the memory itself. Fields
 *   are checked and atomic one by one, like a {@linkcode SharedValue}; for a whole record that others write, hold the
 *   {@linkcode SharedStruct.lock}.
 * - The struct can be part of any message, and what arrives is the same memory; a record of it cannot. It is freed
 *   with its last handle.
 *
 * | bytes  | what                          |
 * | ------ | ----------------------------- |
 * | 0 to 7 | the lock, a {@linkcode Mutex} |
 * | from 8 | the records                   |
 *
 * @example Move a point
 * ```ts
 * import { SharedStruct } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const points = new SharedStruct({ x: "f64", y: "f64" }, { length: 3 });
 * points.at(0).x = 2;
 * points.set(1, { x: 3, y: 4 });
 * for (const point of points) point.y += 1;
 * assertEquals(points.get(0), { x: 2, y: 1 });
 * assertEquals(points.get(1), { x: 3, y: 5 });
 * ```
 *
 * @typeParam F The fields.
 */
export class SharedStruct<const F extends StructFields> implements Iterable<StructRecord<F>> {
  /** The fields with their types. */
  readonly fields: F;
  /** How many records there are. */
  readonly length: number;
  /** Byte of each field within its record. */
  readonly offsets: { readonly [K in keyof F]: number };
  /** Bytes of one record with its padding; that many from one record to the next. */
  readonly recordByteLength: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #columns = new Map<string, Column>();
  /** What all records inherit: a property for each field. */
  readonly #record: StructRecord<F>;
  #lock: Mutex | null = null;

  /**
   * Makes records of zeros.
   *
   * @throws {TypeError} when there is no field, one has a number for a name, or an unknown type.
   * @throws {RangeError} when the length is not a whole number from 0 on, or there is not so much memory.
   */
  constructor(fields: F, { length = 1 }: SharedStructOptions = {}) {
    const layout = layOut(fields);
    checkCount("create SharedStruct", "length", length, 0);
    this.fields = { ...fields };
    this.length = length;
    this.offsets = layout.offsets as { readonly [K in keyof F]: number };
    this.recordByteLength = layout.byteLength;
    this.#buffer = ownMemory(length * layout.byteLength).buffer;
    for (const [name, type] of Object.entries(fields)) {
      this.#columns.set(name, new Column(name, type, layout, this.#buffer, length));
    }
    this.#record = recordOf(this.#columns) as StructRecord<F>;
  }

  /** Its own lock, for changes that take more than one step. */
  get lock(): Mutex {
    return this.#lock ??= ownLock(this.#buffer);
  }

  /** Bytes of all records. */
  get byteLength(): number {
    return this.length * this.recordByteLength;
  }

  /**
   * A record whose properties are the memory itself.
   *
   * @throws {RangeError} when the index is not from 0 to `length - 1`.
   */
  at(index = 0): StructRecord<F> {
    checkIndex("read", "SharedStruct", index, this.length);
    return Object.preventExtensions(
      Object.create(this.#record, { [INDEX]: { value: index } }),
    );
  }

  /** A copy of a record, field by field; {@linkcode SharedStruct.at} says what is thrown. */
  get(index = 0): StructRecord<F> {
    checkIndex("read", "SharedStruct", index, this.length);
    const entries = Array.from(this.#columns, ([name, column]) => [name, column.load(index)]);
    return Object.fromEntries(entries);
  }

  /**
   * Stores fields of a record, one after the other; those that are left out stay as they are.
   *
   * @throws {RangeError} when the index is not from 0 to `length - 1`, or a value not whole, for integers.
   * @throws {TypeError} when there is no such field, or a value is not of its kind. Nothing was stored then.
   */
  set(index: number, values: Partial<StructRecord<F>>): void {
    checkIndex("set", "SharedStruct", index, this.length);
    const entries = Object.entries(values as Record<string, number | bigint>);
    for (const [name, value] of entries) this.#column(name).check(value);
    for (const [name, value] of entries) this.#column(name).store(index, value);
  }

  /** The records, as {@linkcode SharedStruct.at} gives them. */
  *[Symbol.iterator](): IterableIterator<StructRecord<F>> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    // Pairs, because an object may not have every name as a key in a message.
    const fields = Object.entries(this.fields);
    return ["shared.struct", fields, this.length, outlet.attach(this.#buffer)];
  }

  #column(name: string): Column {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    const known = Object.keys(this.fields).join(", ");
    throw new TypeError(`Cannot set SharedStruct: no field "${name}", it has ${known}`);
  }
}

/** One field of all records. */
class Column {
  readonly #name: string;
  readonly #type: ElementType;
  readonly #cells: Cells<number | bigint>;
  readonly #first: number;
  readonly #step: number;

  constructor(
    name: string,
    type: ElementType,
    layout: StructLayout,
    buffer: SharedArrayBuffer,
    length: number,
  ) {
    const size = byteLengthOf(type);
    this.#name = name;
    this.#type = type;
    this.#first = layout.offsets[name]! / size;
    this.#step = layout.byteLength / size;
    this.#cells = cellsOf<ElementType>(type, buffer, DATA_OFFSET, length * this.#step);
  }

  check(value: unknown): void {
    checkElement(() => `set field "${this.#name}" of SharedStruct`, this.#type, value);
  }

  load(index: number): number | bigint {
    return this.#cells.load(this.#first + index * this.#step);
  }

  /** Stores a value that was checked. */
  store(index: number, value: number | bigint): void {
    this.#cells.store(this.#first + index * this.#step, value);
  }
}

/** Key under which a record keeps its index. */
const INDEX = Symbol("index");

function recordOf(columns: ReadonlyMap<string, Column>): object {
  const record = Object.create(SharedRecord.prototype);
  for (const [name, column] of columns) {
    Object.defineProperty(record, name, {
      enumerable: true,
      get(this: { [INDEX]: number }) {
        return column.load(this[INDEX]);
      },
      set(this: { [INDEX]: number }, value: number | bigint) {
        column.check(value);
        column.store(this[INDEX], value);
      },
    });
  }
  return Object.preventExtensions(record);
}

/** Gives records a name, under which a message that holds one refuses it. */
class SharedRecord {}

registerShared("shared.struct", ([fields, length, index], attachment) => {
  checkCame(Array.isArray(fields) && isCount(length), "SharedStruct");
  const entries = fields as [string, ElementType][];
  const buffer = memoryIn(attachment(index as number));
  return adopt(buffer, () => new SharedStruct(Object.fromEntries(entries), { length }));
});
