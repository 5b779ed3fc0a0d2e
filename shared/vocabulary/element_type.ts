/**
 * Name of the type of a number in shared memory: `i` signed, `u` unsigned, `f` floating point, then its bits.
 *
 * | name  | C type     | Python | bytes | range                           | in JavaScript |
 * | ----- | ---------- | ------ | ----- | ------------------------------- | ------------- |
 * | `i8`  | `int8_t`   | `b`    | 1     | -128 to 127                     | `number`      |
 * | `u8`  | `uint8_t`  | `B`    | 1     | 0 to 255                        | `number`      |
 * | `i16` | `int16_t`  | `h`    | 2     | -32 768 to 32 767               | `number`      |
 * | `u16` | `uint16_t` | `H`    | 2     | 0 to 65 535                     | `number`      |
 * | `i32` | `int32_t`  | `i`    | 4     | -2 147 483 648 to 2 147 483 647 | `number`      |
 * | `u32` | `uint32_t` | `I`    | 4     | 0 to 4 294 967 295              | `number`      |
 * | `i64` | `int64_t`  | `q`    | 8     | -2^63 to 2^63 - 1               | `bigint`      |
 * | `u64` | `uint64_t` | `Q`    | 8     | 0 to 2^64 - 1                   | `bigint`      |
 * | `f32` | `float`    | `f`    | 4     | rounded to 24 bits              | `number`      |
 * | `f64` | `double`   | `d`    | 8     | as it is                        | `number`      |
 *
 * A whole number beyond the range of an integer type wraps around, as in C. Anything else that the type cannot hold is
 * refused, not converted: text, `undefined`, fractions and `NaN` for integers, a `number` for 64 bits and a `bigint`
 * for the others.
 */
export type ElementType =
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64";

/** What a number of this type is in JavaScript. */
export type ElementValue<T extends ElementType> = T extends "i64" | "u64" ? bigint : number;

/** The typed array over shared memory that holds numbers of each type. */
export interface ElementViews {
  /** Signed, 8 bits. */
  i8: Int8Array<SharedArrayBuffer>;
  /** Unsigned, 8 bits. */
  u8: Uint8Array<SharedArrayBuffer>;
  /** Signed, 16 bits. */
  i16: Int16Array<SharedArrayBuffer>;
  /** Unsigned, 16 bits. */
  u16: Uint16Array<SharedArrayBuffer>;
  /** Signed, 32 bits. */
  i32: Int32Array<SharedArrayBuffer>;
  /** Unsigned, 32 bits. */
  u32: Uint32Array<SharedArrayBuffer>;
  /** Signed, 64 bits. */
  i64: BigInt64Array<SharedArrayBuffer>;
  /** Unsigned, 64 bits. */
  u64: BigUint64Array<SharedArrayBuffer>;
  /** Floating point, 32 bits. */
  f32: Float32Array<SharedArrayBuffer>;
  /** Floating point, 64 bits. */
  f64: Float64Array<SharedArrayBuffer>;
}

/** The typed array over memory of this thread alone that holds numbers of each type. */
export interface ElementCopies {
  /** Signed, 8 bits. */
  i8: Int8Array<ArrayBuffer>;
  /** Unsigned, 8 bits. */
  u8: Uint8Array<ArrayBuffer>;
  /** Signed, 16 bits. */
  i16: Int16Array<ArrayBuffer>;
  /** Unsigned, 16 bits. */
  u16: Uint16Array<ArrayBuffer>;
  /** Signed, 32 bits. */
  i32: Int32Array<ArrayBuffer>;
  /** Unsigned, 32 bits. */
  u32: Uint32Array<ArrayBuffer>;
  /** Signed, 64 bits. */
  i64: BigInt64Array<ArrayBuffer>;
  /** Unsigned, 64 bits. */
  u64: BigUint64Array<ArrayBuffer>;
  /** Floating point, 32 bits. */
  f32: Float32Array<ArrayBuffer>;
  /** Floating point, 64 bits. */
  f64: Float64Array<ArrayBuffer>;
}
