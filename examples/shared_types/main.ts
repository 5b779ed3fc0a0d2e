/**
 * The types of numbers in shared memory: what each holds, and what becomes of the next number after its largest.
 *
 *     deno task example:shared_types
 *
 * prints
 *
 *     i8: -128 to 127, then -128
 *     u8: 0 to 255, then 0
 *     i32: -2147483648 to 2147483647, then -2147483648
 *     u32: 0 to 4294967295, then 0
 *     i64: -9223372036854775808 to 9223372036854775807, then -9223372036854775808
 *     f32: 0.1 reads back 0.10000000149011612
 *     f64: 0.1 reads back 0.1
 *     u16: 99 is the character "c"
 *
 * @module
 */
import { SharedValue } from "@troupe/actors/shared";

for (const type of ["i8", "u8", "i32", "u32"] as const) {
  const bits = 8 * new SharedValue(type).byteLength;
  const [least, most] = type.startsWith("i")
    ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
    : [0, 2 ** bits - 1];
  const [low, high] = [new SharedValue(type, least), new SharedValue(type, most)];
  console.log(`${type}: ${low} to ${high}, then ${new SharedValue(type, most + 1)}`);
}

const [low, high] = [new SharedValue("i64", -(2n ** 63n)), new SharedValue("i64", 2n ** 63n - 1n)];
console.log(`i64: ${low} to ${high}, then ${new SharedValue("i64", high.value + 1n)}`);

for (const type of ["f32", "f64"] as const) {
  console.log(`${type}: 0.1 reads back ${new SharedValue(type, 0.1)}`);
}

const character = new SharedValue("u16", "c".charCodeAt(0));
console.log(`u16: ${character} is the character "${String.fromCharCode(character.value)}"`);
