import { checkOptions, shown } from "../../../channels/vocabulary/checks.ts";
import { isHandle } from "../../../channels/message/handle.ts";
import type { ManagedSortOptions } from "../managed_list.ts";

// Numbers come first, then all else by its text, then what is missing.
const NUMERIC = 0;
const TEXT = 1;
const MISSING = 2;

type Rank = readonly [kind: number, value: number | bigint | string];

/**
 * The indexes of items in the order in which they are sorted; equal ones stay in theirs.
 *
 * @throws {TypeError} when the options are not such, or an item has no keys that can be looked at here.
 */
export function orderOf(items: readonly unknown[], options: ManagedSortOptions<never>): number[] {
  checkOptions("sort list", options);
  const { by, descending = false } = options as ManagedSortOptions<Record<string, unknown>>;
  if (by !== undefined && typeof by !== "string" && typeof by !== "number") {
    throw new TypeError(
      `Cannot sort list: by must be the name of a property, received ${shown(by)}`,
    );
  }
  const ranks = items.map((item, index) =>
    rankOf(by === undefined ? item : valueIn(item, by, index))
  );
  const indexes = items.map((_, index) => index);
  // What is missing comes last either way.
  return indexes.sort((a, b) => compare(ranks[a]!, ranks[b]!, descending ? -1 : 1));
}

function valueIn(item: unknown, key: string | number, index: number): unknown {
  if (typeof item !== "object" || item === null) return undefined;
  const prototype = Object.getPrototypeOf(item);
  if (isHandle(item) || prototype !== Object.prototype && !Array.isArray(item)) {
    throw new TypeError(
      `Cannot sort list: item ${index} is no plain object, so it cannot be sorted by "${key}"`,
    );
  }
  return Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined;
}

function rankOf(value: unknown): Rank {
  if (value === undefined || Number.isNaN(value)) return [MISSING, 0];
  if (typeof value === "number" || typeof value === "bigint") return [NUMERIC, value];
  if (value instanceof Date) return rankOf(value.getTime());
  return [TEXT, String(value)];
}

function compare([kind, one]: Rank, [otherKind, other]: Rank, direction: number): number {
  if (kind === MISSING || otherKind === MISSING) return kind - otherKind;
  if (kind !== otherKind) return direction * (kind - otherKind);
  return one < other ? -direction : one > other ? direction : 0;
}
