/**
 * What the floors do not keep yet; both lists may only shrink.
 *
 * @module
 */

/** Imports that go up, sideways, or to a private file of another folder. */
export const upward: ReadonlySet<string> = new Set<string>([]);

/** Files that reach themselves. */
export const circular: ReadonlySet<string> = new Set<string>([]);
