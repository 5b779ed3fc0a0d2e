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
  throw new TypeError(`Cannot ${doing}: ${name} must be one of ${known}, received ${shown(word)}`);
}

/** @throws {TypeError} when a value is no text, or an empty one. */
export function checkText(doing: string, name: string, text: string | undefined): void {
  if (text === undefined || typeof text === "string" && text !== "") return;
  throw new TypeError(
    `Cannot ${doing}: ${name} must be a text that is not empty, received ${shown(text)}`,
  );
}

/** @throws {TypeError} when a value is not an object with options. */
export function checkOptions(doing: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(`Cannot ${doing}: options must be an object, received ${shown(options)}`);
}

/** @throws {TypeError} when a value is not an `AbortSignal`. */
export function checkSignal(doing: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(`Cannot ${doing}: signal must be an AbortSignal, received ${shown(signal)}`);
}

/** How a value that will not do is called in an error. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "a list" : "an object";
    default:
      return String(value);
  }
}
