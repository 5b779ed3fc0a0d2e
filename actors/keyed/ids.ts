/*
 * The id of a keyed actor is `kind/key`. A kind has no slash.
 */

/** The kind in an id. */
export function kindIn(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

/** The key in an id. */
export function keyIn(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}
