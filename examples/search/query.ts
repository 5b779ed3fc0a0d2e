import { QueryError } from "./errors.ts";
import { termsOf } from "./words.ts";

/** Characters that a query may have. */
export const MAX_QUERY_LENGTH = 256;

/** Different words that a query may have. */
export const MAX_QUERY_TERMS = 16;

/** Results given when a query does not say how many. */
export const DEFAULT_LIMIT = 10;

/** Most results that a query may ask for. */
export const MAX_LIMIT = 100;

/**
 * The terms of a query, found as those of the files are.
 *
 * @throws {QueryError} when it holds no word, or is too long.
 */
export function parseQuery(text: string): string[] {
  if (text.length > MAX_QUERY_LENGTH) {
    throw new QueryError(
      `Cannot search: the query has ${text.length} characters, more than ${MAX_QUERY_LENGTH}`,
    );
  }
  const terms = termsOf(text);
  if (terms.length === 0) throw new QueryError("Cannot search: the query holds no word");
  if (terms.length > MAX_QUERY_TERMS) {
    throw new QueryError(
      `Cannot search: the query has ${terms.length} words, more than ${MAX_QUERY_TERMS}`,
    );
  }
  return terms;
}

/**
 * The number of a shard.
 *
 * @param shards How many there are.
 * @throws {QueryError} unless `text` is a whole number below `shards`.
 */
export function parseShard(text: string | null, shards: number): number {
  if (text === null) throw new QueryError("Cannot crash: the parameter shard is missing");
  const shard = /^\d+$/.test(text) ? Number(text) : Infinity;
  if (shard < shards) return shard;
  throw new QueryError(
    `Cannot crash: shard must be a whole number from 0 to ${shards - 1}, received "${text}"`,
  );
}

/**
 * The number of a file, or of a line in it.
 *
 * @param name What the number is called.
 * @throws {QueryError} unless `text` is a whole number.
 */
export function parseNumber(name: string, text: string | null): number {
  if (/^\d{1,9}$/.test(text ?? "")) return Number(text);
  throw new QueryError(`Cannot open: ${name} must be a whole number, received "${text ?? ""}"`);
}

/**
 * The number of results asked for; {@linkcode DEFAULT_LIMIT} without a text.
 *
 * @throws {QueryError} unless it is a whole number from 1 to {@linkcode MAX_LIMIT}.
 */
export function parseLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new QueryError(
      `Cannot search: limit must be a whole number from 1 to ${MAX_LIMIT}, received "${text}"`,
    );
  }
  return limit;
}
