import type { FileCatalog } from "./file_catalog.ts";
import type { IndexerStats } from "./indexer.ts";
import type { SearchActors } from "./search_actors.ts";
import type { ShardStats } from "./shard.ts";
import type { Skips } from "./skips.ts";

/** What the index holds, and who holds it. */
export interface SearchStats {
  readonly files: number;
  readonly words: number;
  readonly terms: number;
  /** Bytes of the files indexed. */
  readonly bytes: number;
  readonly skipped: Skips;
  readonly shards: readonly ShardStats[];
  readonly hosts: readonly HostStats[];
}

/** What one worker has done and holds. */
export interface HostStats extends IndexerStats {
  readonly terms: number;
}

/** Asks all shards and indexers what they hold and have done. */
export async function collectStats(
  { shards, indexers }: SearchActors,
  catalog: FileCatalog,
  signal: AbortSignal,
): Promise<SearchStats> {
  const [ofShards, ofIndexers] = await Promise.all([
    Promise.all(shards.map((shard) => shard.with({ signal }).ask.stats())),
    Promise.all(indexers.map((indexer) => indexer.with({ signal }).ask.stats())),
  ]);
  return {
    files: catalog.fileCount,
    words: catalog.wordCount,
    terms: termsIn(ofShards),
    bytes: catalog.byteLength,
    skipped: catalog.skips,
    shards: ofShards,
    hosts: ofIndexers.map((stats) => {
      return { ...stats, terms: termsIn(ofShards.filter(({ host }) => host === stats.host)) };
    }),
  };
}

/** A term is in one shard only, so the shards' counts add up. */
function termsIn(shards: readonly ShardStats[]): number {
  return shards.reduce((sum, { terms }) => sum + terms, 0);
}
