const FNV_PRIME = 0x01000193;
const encoder = new TextEncoder();

/** The hash of a term without bytes; {@linkcode addToHash} takes it on from there. */
export const EMPTY_HASH: number = 0x811c9dc5 | 0;

/** The hash of a term that has one more byte: FNV-1a, 32 bits, as a signed number. */
export function addToHash(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}

/** The hash of `bytes[start]` up to, not including, `bytes[end]`. */
export function hashTerm(bytes: Uint8Array, start: number, end: number): number {
  let hash = EMPTY_HASH;
  for (let i = start; i < end; i++) hash = addToHash(hash, bytes[i]!);
  return hash;
}

/** The hash of a term that is a string. */
export function hashOf(term: string): number {
  const bytes = encoder.encode(term);
  return hashTerm(bytes, 0, bytes.length);
}

/**
 * The shard, from 0 to `shards - 1`, that keeps the terms with this hash.
 *
 * Mixes the bits first (a step of MurmurHash3's finalizer): the upper ones of FNV-1a hardly differ
 * between short terms that differ in the last byte, and the lower ones choose the slot in that
 * shard's {@linkcode TermTable}, which would stay half empty if all its terms had some in common.
 */
export function shardOf(hash: number, shards: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return Math.floor(mixed / 2 ** 32 * shards);
}
