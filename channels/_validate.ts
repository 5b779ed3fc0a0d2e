/** @throws {RangeError} when a time in milliseconds is negative, `NaN` or no number at all. */
export function checkMs(doing: string, name: string, ms: number | undefined): void {
  if (ms === undefined || typeof ms === "number" && ms >= 0) return;
  throw new RangeError(`Cannot ${doing}: ${name} must be >= 0, received ${shown(ms)}`);
}

/** The same for a time that has to be given. */
export function checkGivenMs(doing: string, name: string, ms: number): void {
  if (ms === undefined) {
    throw new RangeError(`Cannot ${doing}: ${name} must be >= 0, received undefined`);
  }
  checkMs(doing, name, ms);
}

/** @throws {TypeError} when a value is not a function. */
export function checkFunction(doing: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${doing}: ${name} must be a function, received ${shown(value)}`);
}

/** @throws {RangeError} when a count is not a whole number from `least` on. */
export function checkCount(
  doing: string,
  name: string,
  count: number | undefined,
  least: number,
): void {
  if (count === undefined || Number.isSafeInteger(count) && count >= least) return;
  throw new RangeError(
    `Cannot ${doing}: ${name} must be a whole number >= ${least}, received ${shown(count)}`,
  );
}

/** @throws {TypeError} when a value is not one of the words allowed. */
export function checkWord(
  doing: string,
  name: string,
  word: string | undefined,
  words: readonly string[],
): void {
  if (word === undefined || words.includes(word)) return;
  const known = words.map((each) => JSON.stringify(each)).join(", ");
  throw new TypeError(
    `Cannot ${doing}: ${name} must be one of ${known}, received ${JSON.stringify(word)}`,
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
