import { unlessMissing } from "./ask_shards.ts";
import type { FileCatalog } from "./file_catalog.ts";
import type { IndexerStats } from "./indexer.ts";
import type { SearchActors } from "./search_actors.ts";
import type { ShardStats } from "./shard.ts";
import type { Skips } from "./skips.ts";

/** What the index holds, and who holds it. */
export interface SearchStats {
  readonly files: number;
  readonly words: number;
  /** Without those of missing shards. */
  readonly terms: number;
  /** Bytes of the files indexed. */
  readonly bytes: number;
  readonly skipped: Skips;
  /** By number; `null` when the shard does not answer. */
  readonly shards: readonly (ShardStats | null)[];
  /** The numbers of shards that do not answer, or are not whole. */
  readonly missing: readonly number[];
  readonly hosts: readonly HostStats[];
}

/** What one worker has done and holds. */
export interface HostStats extends IndexerStats {
  readonly terms: number;
}

/** Options for {@linkcode collectStats}. */
export interface CollectStatsOptions {
  signal: AbortSignal;
  /** Longest time to wait for one actor. */
  timeoutMs: number;
}

/** Asks all shards and indexers what they hold and have done. */
export async function collectStats(
  { shards, indexers }: SearchActors,
  catalog: FileCatalog,
  options: CollectStatsOptions,
): Promise<SearchStats> {
  const [ofShards, ofIndexers] = await Promise.all([
    Promise.all(shards.map((shard) => unlessMissing(shard.with(options).ask.stats()))),
    Promise.all(indexers.map((indexer) => unlessMissing(indexer.with(options).ask.stats()))),
  ]);
  const known = ofShards.filter((stats) => stats !== null);
  return {
    files: catalog.fileCount,
    words: catalog.wordCount,
    terms: termsIn(known),
    bytes: catalog.byteLength,
    skipped: catalog.skips,
    shards: ofShards,
    missing: Array.from(ofShards.keys()).filter((shard) => !ofShards[shard]?.isWhole),
    hosts: hostsOf(known, ofIndexers.filter((stats) => stats !== null)),
  };
}

/** The workers by what is there now: the work of one that was lost is not known any more. */
function hostsOf(shards: readonly ShardStats[], indexers: readonly IndexerStats[]): HostStats[] {
  const idle = { files: 0, words: 0, byteLength: 0, busyMs: 0 };
  return Array.from(Map.groupBy(shards, ({ host }) => host), ([host, held]) => {
    const done = indexers.find((stats) => stats.host === host) ?? { host, ...idle };
    return { ...done, terms: termsIn(held) };
  });
}

/** A term is in one shard only, so the shards' counts add up. */
function termsIn(shards: readonly ShardStats[]): number {
  return shards.reduce((sum, { terms }) => sum + terms, 0);
}
