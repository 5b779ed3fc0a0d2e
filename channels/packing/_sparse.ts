import { VALUE_UNITS } from "../message/length.ts";
import { indexStep, Refusal } from "./_refusal.ts";
import type { Walk } from "./_walk.ts";

const MOST_ITEMS = 2 ** 32 - 1;

/**
 * Goes on with an array in which a hole was met, after the items copied so far: by what is there, for its length can
 * be 4 billion. Named properties are left out, as they are from other arrays.
 *
 * @param copyOf Captures the item with this key; `null` where nothing else is to be done for it.
 */
export function captureSparse(
  walk: Walk,
  array: readonly unknown[],
  copied: readonly unknown[],
  copyOf: ((key: string) => unknown) | null,
): unknown {
  const { length } = array;
  const entries = copied.flatMap((item, index) => [String(index), item]);
  for (const key of Object.keys(array)) {
    // They come first, in their order.
    if (!isIndex(key)) break;
    // A getter may have removed it.
    const index = Number(key);
    if (index < copied.length || !(index in array)) continue;
    try {
      entries.push(key, copyOf === null ? walk.value(array[index]) : copyOf(key));
    } catch (error) {
      throw error instanceof Refusal ? error.below(indexStep(key)) : error;
    }
  }
  // The keys of those copied before were not counted.
  walk.count(2 * entries.length * VALUE_UNITS);
  return walk.mark(["entries", length, entries]);
}

/** Whether a key of an array is that of an item. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index < MOST_ITEMS;
}
