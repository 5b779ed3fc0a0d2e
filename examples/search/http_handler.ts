import { QueryError } from "./errors.ts";
import type { IndexProgress } from "./index_folders.ts";
import { isPagePath, readPage } from "./page.ts";
import { parseLimit, parseNumber, parseQuery, parseShard } from "./query.ts";
import { RecentTimes } from "./recent_times.ts";
import type { OpenedFile, OpenOptions, SearchAnswer, SearchOptions } from "./search_service.ts";
import type { SearchStats } from "./search_stats.ts";

/** What answers the requests. */
export interface SearchBackend {
  search(terms: readonly string[], options: SearchOptions): Promise<SearchAnswer>;
  open(file: number, options: OpenOptions): Promise<OpenedFile>;
  stats(options: { signal: AbortSignal }): Promise<SearchStats>;
  crash(shard: number, options: { signal: AbortSignal }): Promise<void>;
}

/** Options for {@linkcode HttpHandler}. */
export interface HttpHandlerOptions {
  /**
   * Longest time for one query.
   *
   * @default {5_000}
   */
  timeoutMs?: number;
  /**
   * How many shards there are that `POST /crash` may kill; 0 forbids it.
   *
   * @default {0}
   */
  crashableShards?: number;
}

/** How a query ended. */
type Outcome = "answered" | "refused" | "cancelled" | "timedOut" | "failed";

/** What is done at a path, and by which methods. */
interface Route {
  readonly methods: readonly string[];
  answer(url: URL, signal: AbortSignal): Promise<Response>;
}

const READING = ["GET", "HEAD"];

/**
 * Answers HTTP requests.
 *
 * | request                   | answer                                                        |
 * | ------------------------- | ------------------------------------------------------------- |
 * | `GET /`                   | a page to search with, made of the files in `page/`           |
 * | `GET /search?q=&limit=`   | the files that hold all words of `q`, the best first, as JSON |
 * | `GET /file?id=&from=&q=`  | some lines of a file that was found, as JSON                  |
 * | `GET /progress`           | how far the indexing has come, as JSON                        |
 * | `GET /stats`              | what the index holds, and how the queries ended, as JSON      |
 * | `POST /crash?shard=`      | kills the worker of a shard; 404 unless that is allowed       |
 *
 * Every other answer is `{ "error": "..." }`: 400 for a query that cannot be answered, 403 for a
 * crash that another site's page asks for, 404, 405, 500, 503 before the index is there, 504 when it took too long.
 */
export class HttpHandler {
  /** Set when the index is there. */
  backend: SearchBackend | undefined;
  /** How far the indexing has come. */
  progress: IndexProgress = { found: 0, done: 0, byteLength: 0 };
  #timeoutMs: number;
  #crashableShards: number;
  #recent = new RecentTimes();
  #queries = { answered: 0, refused: 0, cancelled: 0, timedOut: 0, failed: 0 };

  constructor({ timeoutMs = 5_000, crashableShards = 0 }: HttpHandlerOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#crashableShards = crashableShards;
  }

  /** For `Deno.serve`. The request's signal, which a disconnect aborts, goes with the query. */
  readonly handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const route = this.#routeOf(url.pathname);
    if (route === undefined) return refuse(404, `Cannot find "${url.pathname}"`);
    const what = `${request.method} "${url.pathname}"`;
    if (!route.methods.includes(request.method)) {
      return refuse(405, `Cannot ${what}`, { allow: route.methods.join(", ") });
    }
    const origin = request.headers.get("origin") ?? url.origin;
    if (request.method === "POST" && origin !== url.origin) {
      return refuse(403, `Cannot ${what}: a page of another site asks for it`);
    }
    return await route.answer(url, request.signal);
  };

  #routeOf(path: string): Route | undefined {
    switch (path) {
      case "/search":
        return { methods: READING, answer: (url, signal) => this.#search(url, signal) };
      case "/file":
        return { methods: READING, answer: (url, signal) => this.#open(url, signal) };
      case "/progress":
        return { methods: READING, answer: () => Promise.resolve(this.#progress()) };
      case "/stats":
        return { methods: READING, answer: (_url, signal) => this.#stats(signal) };
      case "/crash":
        if (this.#crashableShards === 0) return undefined;
        return { methods: ["POST"], answer: (url, signal) => this.#crash(url, signal) };
      default:
        if (!isPagePath(path)) return undefined;
        return { methods: READING, answer: () => readPage(path) };
    }
  }

  async #search({ searchParams }: URL, signal: AbortSignal): Promise<Response> {
    const [outcome, response] = await this.#answer(signal, async (backend, signal) => {
      const query = searchParams.get("q") ?? "";
      const terms = parseQuery(query);
      const limit = parseLimit(searchParams.get("limit"));
      const answer = await backend.search(terms, { limit, signal });
      this.#recent.add(answer.tookMs);
      return { query, ...answer };
    });
    this.#queries[outcome]++;
    return response;
  }

  async #open({ searchParams }: URL, signal: AbortSignal): Promise<Response> {
    const [, response] = await this.#answer(signal, (backend, signal) => {
      const file = parseNumber("id", searchParams.get("id"));
      const from = Math.max(1, parseNumber("from", searchParams.get("from") ?? "1"));
      const terms = parseQuery(searchParams.get("q") ?? "");
      return backend.open(file, { from, terms, signal });
    });
    return response;
  }

  #progress(): Response {
    return respond({ ...this.progress, isIndexed: this.backend !== undefined });
  }

  async #stats(signal: AbortSignal): Promise<Response> {
    const [, response] = await this.#answer(signal, async (backend, signal) => ({
      ...await backend.stats({ signal }),
      queries: this.#queries,
      recentMs: this.#recent.all,
      crashableShards: this.#crashableShards,
    }));
    return response;
  }

  async #crash({ searchParams }: URL, signal: AbortSignal): Promise<Response> {
    const [, response] = await this.#answer(signal, async (backend, signal) => {
      const crashed = parseShard(searchParams.get("shard"), this.#crashableShards);
      await backend.crash(crashed, { signal });
      return { crashed };
    });
    return response;
  }

  /** Does the work within the time there is for it; whatever becomes of it is a response. */
  async #answer(
    client: AbortSignal,
    work: (backend: SearchBackend, signal: AbortSignal) => Promise<unknown>,
  ): Promise<[Outcome, Response]> {
    if (this.backend === undefined) return ["refused", refuseUntilIndexed()];
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    try {
      const body = await work(this.backend, AbortSignal.any([client, deadline]));
      return ["answered", respond(body)];
    } catch (error) {
      if (error instanceof QueryError) return ["refused", refuse(400, error.message)];
      // Nobody reads the answer to a client that has gone.
      if (client.aborted) return ["cancelled", refuse(499, "Cannot answer: the client has gone")];
      if (deadline.aborted) return ["timedOut", refuseLate(this.#timeoutMs)];
      console.error(error);
      return ["failed", refuse(500, "Cannot answer: the search failed")];
    }
  }
}

function refuseUntilIndexed(): Response {
  return refuse(503, "Cannot answer: the files are still being indexed", { "retry-after": "1" });
}

function refuseLate(timeoutMs: number): Response {
  return refuse(504, `Cannot answer: it takes longer than ${timeoutMs} ms`);
}

function refuse(status: number, error: string, headers: Record<string, string> = {}): Response {
  return respond({ error }, status, headers);
}

function respond(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const common = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return Response.json(body, { status, headers: { ...common, ...headers } });
}
