import { type ActorSystem, HostLostError } from "@troupe/actors";
import { askShards, type ShardAnswers } from "./ask_shards.ts";
import { QueryError } from "./errors.ts";
import { excerpt, type ExcerptRequest } from "./excerpt.ts";
import { type Folder, nameOf } from "./folders.ts";
import type { FileCatalog } from "./file_catalog.ts";
import type { Line } from "./line.ts";
import { type Passage, passage, type PassageRequest } from "./passage.ts";
import { pickLines } from "./pick_lines.ts";
import { rank, type RankedFile } from "./ranking.ts";
import { firstLoss, type SearchActors } from "./search_actors.ts";
import { collectStats, type SearchStats } from "./search_stats.ts";

const LINES_PER_FILE = 3;

/** Longest time for one shard to answer; the query goes on without a shard that takes longer. */
const SHARD_TIMEOUT_MS = 2_000;

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
  /**
   * The numbers of shards that keep words of the query and did not answer; the results are then
   * those for the other words.
   */
  readonly missing: readonly number[];
  /** The best first. */
  readonly results: readonly SearchResult[];
}

/** A file that was found. */
export interface SearchResult {
  /** Its number, for {@linkcode SearchService.open}. */
  readonly file: number;
  readonly path: string;
  readonly score: number;
  /** A few lines that match; none when the file has changed so much since it was indexed. */
  readonly lines: readonly Line[];
}

/** Options for {@linkcode SearchService.open}. */
export interface OpenOptions {
  /** The first line, from 1. */
  from: number;
  /** What to mark. */
  terms: readonly string[];
  /** Ends the reading. */
  signal: AbortSignal;
}

/** A part of a file. */
export interface OpenedFile extends Passage {
  readonly path: string;
}

/**
 * Answers queries from what was indexed.
 *
 * A shard that is lost reads the files again by itself. Until then the answers that need it say
 * that it was missing.
 */
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
    actors.files.tell.complete(index.catalog.indexed());
  }

  /** Finds the files that hold all `terms`. Three rounds: files, then lines, then their text. */
  async search(terms: readonly string[], { limit, signal }: SearchOptions): Promise<SearchAnswer> {
    const startMs = performance.now();
    const matches = await askShards(this.#actors.shards, terms, (shard, terms) => {
      return shard.with({ signal, timeoutMs: SHARD_TIMEOUT_MS }).ask.match(terms);
    });
    const ranked = rank(matches.answers.filter((answer) => answer !== undefined), this.#catalog);
    const top = ranked.slice(0, limit);
    const known = terms.filter((_, i) => matches.answers[i] !== undefined);
    const lines = await this.#linesIn(top, known, signal);
    const results = await this.#describe(top, lines.answers, { terms, signal });
    const missing = [...new Set([...matches.missing, ...lines.missing])].sort((a, b) => a - b);
    return { terms, total: ranked.length, tookMs: performance.now() - startMs, missing, results };
  }

  /**
   * Reads a part of a file that was found, on some worker.
   *
   * @throws {QueryError} when no file that was indexed has that number.
   */
  async open(file: number, { from, terms, signal }: OpenOptions): Promise<OpenedFile> {
    if (!this.#catalog.holds(file)) {
      throw new QueryError(`Cannot open: there is no file ${file} in the index`);
    }
    const path = this.#catalog.pathOf(file);
    const part = await this.#passage({ path, from, terms }, signal);
    return { path: nameOf(path, this.#folders), ...part };
  }

  /** What the index holds, and who holds it. */
  async stats({ signal }: { signal: AbortSignal }): Promise<SearchStats> {
    const options = { signal, timeoutMs: SHARD_TIMEOUT_MS };
    return await collectStats(this.#actors, this.#catalog, options);
  }

  /** Kills the worker of a shard, with all that runs there; resolves when its loss is noticed. */
  async crash(shard: number, { signal }: { signal: AbortSignal }): Promise<void> {
    await unlessLost(this.#actors.shards[shard]!.with({ signal }).ask.crash());
  }

  /** Rejects when a shard is lost for good; never resolves. */
  async loss(): Promise<never> {
    return await firstLoss(this.#actors);
  }

  /** For each of `terms` the lines where it stands, in each of the files. */
  async #linesIn(
    ranked: readonly RankedFile[],
    terms: readonly string[],
    signal: AbortSignal,
  ): Promise<ShardAnswers<Map<number, number[]>>> {
    if (ranked.length === 0) return { answers: [], missing: [] };
    const files = new Set(ranked.map(({ file }) => file));
    return await askShards(this.#actors.shards, terms, (shard, terms) => {
      return shard.with({ signal, timeoutMs: SHARD_TIMEOUT_MS }).ask.lines(terms, files);
    });
  }

  async #describe(
    ranked: readonly RankedFile[],
    linesByTerm: ShardAnswers<Map<number, number[]>>["answers"],
    { terms, signal }: { terms: readonly string[]; signal: AbortSignal },
  ): Promise<SearchResult[]> {
    return await Promise.all(ranked.map(async ({ file, score }) => {
      const path = this.#catalog.pathOf(file);
      const lines = pickLines(linesByTerm.map((byFile) => byFile?.get(file) ?? []), LINES_PER_FILE);
      const text = await this.#excerpt({ path, lines, terms }, signal);
      return { file, path: nameOf(path, this.#folders), score, lines: text };
    }));
  }

  /** Reads on some worker, and on this thread when that one is lost meanwhile. */
  async #excerpt(request: ExcerptRequest, signal: AbortSignal): Promise<Line[]> {
    return await unlessLost(this.#system.run(excerpt.with({ signal }), request)) ??
      await this.#system.run(excerpt.with({ signal, on: "here" }), request);
  }

  async #passage(request: PassageRequest, signal: AbortSignal): Promise<Passage> {
    return await unlessLost(this.#system.run(passage.with({ signal }), request)) ??
      await this.#system.run(passage.with({ signal, on: "here" }), request);
  }
}

/** What comes of `work`; `null` when its worker is lost. */
async function unlessLost<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HostLostError) return null;
    throw error;
  }
}
