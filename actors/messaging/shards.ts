/** Parts of all keyed actors that stay together: each is on one host. */
export const SHARDS = 256;

/**
 * The shard of an actor, by its id `kind/key`: FNV-1a over UTF-16 units, whose bits a last step mixes, because the low
 * ones of keys that differ in their last characters only are alike.
 */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  return (hash ^ hash >>> 13) & SHARDS - 1;
}

/**
 * The host on which a keyed actor is: shards are dealt out among the shared workers, which have the first numbers, also
 * a new thread in the place of a lost one. So nobody has to be asked.
 */
export function hostOf(id: string, workers: number): number {
  return workers === 0 ? 0 : 1 + shardOf(id) % workers;
}
