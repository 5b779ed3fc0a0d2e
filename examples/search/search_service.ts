import type { ActorSystem } from "@troupe/actors";
import { askShards } from "./ask_shards.ts";
import { excerpt, type Line } from "./excerpt.ts";
import { type Folder, nameOf } from "./folders.ts";
import type { FileCatalog } from "./file_catalog.ts";
import { pickLines } from "./pick_lines.ts";
import { rank, type RankedFile } from "./ranking.ts";
import { firstLoss, type SearchActors } from "./search_actors.ts";
import { collectStats, type SearchStats } from "./search_stats.ts";

const LINES_PER_FILE = 3;

/** Options for {@linkcode SearchService.search}. */
export interface SearchOptions {
  /** Most results given. */
  limit: number;
  /** Ends the search, on the workers too: it then rejects with the signal's reason. */
  signal: AbortSignal;
}

/** The files that hold all terms of a query. */
export interface SearchAnswer {
  readonly terms: readonly string[];
  /** Files found, those beyond the limit included. */
  readonly total: number;
  readonly tookMs: number;
  /** The best first. */
  readonly results: readonly SearchResult[];
}

/** A file that was found. */
export interface SearchResult {
  readonly path: string;
  readonly score: number;
  /** A few lines that match; none when the file has changed so much since it was indexed. */
  readonly lines: readonly Line[];
}

/** Answers queries from what was indexed. */
export class SearchService {
  #system: ActorSystem;
  #actors: SearchActors;
  #catalog: FileCatalog;
  #folders: readonly Folder[];

  constructor(
    system: ActorSystem,
    actors: SearchActors,
    index: { catalog: FileCatalog; folders: readonly Folder[] },
  ) {
    this.#system = system;
    this.#actors = actors;
    this.#catalog = index.catalog;
    this.#folders = index.folders;
  }

  /** Finds the files that hold all `terms`. Three rounds: files, then lines, then their text. */
  async search(terms: readonly string[], { limit, signal }: SearchOptions): Promise<SearchAnswer> {
    const startMs = performance.now();
    const matches = await askShards(this.#actors.shards, terms, (shard, terms) => {
      return shard.with({ signal }).ask.match(terms);
    });
    const ranked = rank(matches, this.#catalog);
    const results = await this.#describe(ranked.slice(0, limit), terms, signal);
    return { terms, total: ranked.length, tookMs: performance.now() - startMs, results };
  }

  /** What the index holds, and who holds it. */
  async stats({ signal }: { signal: AbortSignal }): Promise<SearchStats> {
    return await collectStats(this.#actors, this.#catalog, signal);
  }

  /** Rejects when a part of the index is lost with its worker; never resolves. */
  async loss(): Promise<never> {
    return await firstLoss(this.#actors);
  }

  async #describe(
    ranked: readonly RankedFile[],
    terms: readonly string[],
    signal: AbortSignal,
  ): Promise<SearchResult[]> {
    if (ranked.length === 0) return [];
    const files = new Set(ranked.map(({ file }) => file));
    const linesByTerm = await askShards(this.#actors.shards, terms, (shard, terms) => {
      return shard.with({ signal }).ask.lines(terms, files);
    });
    return await Promise.all(ranked.map(async ({ file, score }) => {
      const path = this.#catalog.pathOf(file);
      const lines = pickLines(linesByTerm.map((byFile) => byFile.get(file) ?? []), LINES_PER_FILE);
      const request = { path, lines, terms };
      const text = await this.#system.run(excerpt.with({ signal }), request);
      return { path: nameOf(path, this.#folders), score, lines: text };
    }));
  }
}
