/** What a generator gives, or what does as it does. */
export type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** Whether a handler's result is to be streamed. */
export function isIterator(value: unknown): value is AnyIterator {
  return typeof value === "object" && value !== null && "next" in value &&
    typeof value.next === "function";
}
