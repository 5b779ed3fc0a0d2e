// Below this an attachment costs more than it saves.
const MANY = 256;

/** Whether an array may be worth sending as doubles, by a look at its ends. */
export function seemsManyNumbers(array: readonly unknown[]): boolean {
  return array.length >= MANY && typeof array[0] === "number" &&
    typeof array[array.length - 1] === "number";
}

/** An array of nothing but numbers as doubles, which hold each of them exactly: `null` for any other. */
export function numbersIn(array: readonly unknown[]): Float64Array<ArrayBuffer> | null {
  if (!seemsManyNumbers(array)) return null;
  const numbers = new Float64Array(array.length);
  for (let index = 0; index < array.length; index++) {
    const item = array[index];
    if (typeof item !== "number") return null;
    numbers[index] = item;
  }
  return numbers;
}

/** The array again. */
export function arrayOf(buffer: ArrayBuffer): number[] {
  const numbers = new Float64Array(buffer);
  // A loop is several times faster than Array.from().
  const array: number[] = new Array(numbers.length);
  for (let index = 0; index < numbers.length; index++) array[index] = numbers[index]!;
  return array;
}
