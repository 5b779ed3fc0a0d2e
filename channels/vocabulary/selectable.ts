/** Key of the method by which a source tells `select()` that it is ready. */
export const SELECT: unique symbol = Symbol("troupe.select");

/** Something that can be waited for without taking anything from it. */
export interface Selectable {
  /** Looks at the source for one call of `select()`. */
  [SELECT](): Selection;
}

/** One source in one call of `select()`. */
export interface Selection {
  /** Whether it is ready now; may take a round trip. */
  isReady(): Promise<boolean>;
  /** Calls back once it is ready, at once if it is; returns how to stop that. */
  whenReady(callback: () => void): () => void;
}

/** Whether a value can be given to `select()`. */
export function isSelectable(value: unknown): value is Selectable {
  return typeof value === "object" && value !== null && SELECT in value;
}
