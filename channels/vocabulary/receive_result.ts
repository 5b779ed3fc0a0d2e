/** What `tryReceive()` resolves to: an item, or why there is none. */
export type ReceiveResult<T> =
  | { readonly state: "ok"; readonly value: T }
  | { readonly state: "empty" }
  | { readonly state: "closed" };

/** The form in which a receive ends. Where a form is missing the receive rejects. */
export interface Outcome<R> {
  ok(value: unknown): R;
  empty?: () => R;
  closed?: () => R;
}

/** For `receive()`. */
export const asValue: Outcome<unknown> = { ok: (value) => value };

/** For `tryReceive()`. */
export const asResult: Outcome<ReceiveResult<unknown>> = {
  ok: (value) => ({ state: "ok", value }),
  empty: () => ({ state: "empty" }),
  closed: () => ({ state: "closed" }),
};

/** For iteration. */
export const asIteration: Outcome<IteratorResult<unknown, undefined>> = {
  ok: (value) => ({ done: false, value }),
  closed: () => ({ done: true, value: undefined }),
};
