/** The items of a map, drawn from their source. */
export function itemsOf(doing: string, source: Iterable<unknown>): unknown[] {
  if (hasMember(source, Symbol.iterator)) return [...source];
  throw new TypeError(`Cannot ${doing}: the items must be iterable; imap() takes async sources`);
}

/** Refuses items that are not each the arguments of a call. */
export function checkLists(items: unknown[]): void {
  const wrong = items.findIndex((item) => !Array.isArray(item));
  if (wrong < 0) return;
  throw new TypeError(`Cannot starmap task: items[${wrong}] must be a list of arguments`);
}

/** Refuses what a lazy map cannot draw from. */
export function checkSource(doing: string, source: unknown): void {
  if (hasMember(source, Symbol.iterator) || hasMember(source, Symbol.asyncIterator)) return;
  throw new TypeError(`Cannot ${doing}: the source must be iterable`);
}

/** Whether it can be iterated; a text can, too. */
function hasMember(source: unknown, key: symbol): boolean {
  return source !== undefined && source !== null && key in Object(source);
}

/** What a chunk is called in the path of a value that cannot cross. */
export function rootOf(start: number): string {
  return start === 0 ? "items" : `items.slice(${start})`;
}
