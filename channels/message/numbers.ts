// Below this an attachment costs more than it saves.
const MANY = 256;
const FIRST_ROOM = 8192;
const MORE_ROOM = 8;

/** Whether an array may be worth sending as doubles, by a look at its ends. */
export function seemsManyNumbers(array: readonly unknown[]): boolean {
  return array.length >= MANY && typeof array[0] === "number" &&
    typeof array[array.length - 1] === "number";
}

/** An array of nothing but numbers as doubles, which hold each of them exactly: `null` for any other. */
export function numbersIn(array: readonly unknown[]): Float64Array<ArrayBuffer> | null {
  if (!seemsManyNumbers(array)) return null;
  const { length } = array;
  let numbers = new Float64Array(Math.min(length, FIRST_ROOM));
  if (!fill(numbers, 0, array)) return null;
  // Room is made as numbers are seen: a sparse array with two of them can be as long as any.
  while (numbers.length < length) {
    const { length: from } = numbers;
    const seen = numbers;
    numbers = new Float64Array(Math.min(length, MORE_ROOM * from));
    numbers.set(seen);
    if (!fill(numbers, from, array)) return null;
  }
  return numbers;
}

/** Whether there is nothing but numbers from this index on, as far as there is room for them. */
function fill(numbers: Float64Array, from: number, array: readonly unknown[]): boolean {
  for (let index = from; index < numbers.length; index++) {
    const item = array[index];
    if (typeof item !== "number") return false;
    numbers[index] = item;
  }
  return true;
}

/** The array again. */
export function arrayOf(buffer: ArrayBuffer): number[] {
  const numbers = new Float64Array(buffer);
  // A loop is several times faster than Array.from().
  const array: number[] = new Array(numbers.length);
  for (let index = 0; index < numbers.length; index++) array[index] = numbers[index]!;
  return array;
}
