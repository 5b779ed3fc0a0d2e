import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { QueryError } from "../../../examples/search/errors.ts";
import { HttpHandler, type SearchBackend } from "../../../examples/search/http_handler.ts";
import type { SearchStats } from "../../../examples/search/search_stats.ts";
import { within } from "../../testing.ts";

const ANSWER = { terms: ["a"], total: 0, tookMs: 1, missing: [], results: [] };

function handlerWith(search: SearchBackend["search"] = () => Promise.resolve(ANSWER)): HttpHandler {
  const handler = new HttpHandler();
  const stats = () => Promise.resolve({ files: 3 } as SearchStats);
  const open = (file: number) => {
    return Promise.reject(new QueryError(`Cannot open: there is no file ${file} in the index`));
  };
  const crash = () => Promise.reject(new Error("not allowed"));
  handler.backend = { search, open, stats, crash };
  return handler;
}

/** Notes in `crashed` which of two shards it was to crash. */
function crashableHandler(crashed: number[]): HttpHandler {
  const handler = new HttpHandler({ crashableShards: 2 });
  const crash = (shard: number) => Promise.resolve(void crashed.push(shard));
  handler.backend = { ...handlerWith().backend!, crash };
  return handler;
}

const POST = { method: "POST" };

async function get(handler: HttpHandler, path: string, init?: RequestInit): Promise<Response> {
  return await handler.handle(new Request(`http://localhost${path}`, init));
}

async function errorOf(response: Response): Promise<[number, string]> {
  return [response.status, (await response.json()).error];
}

Deno.test("HttpHandler passes terms and limit on, and the answer back", async () => {
  const asked: unknown[] = [];
  const handler = handlerWith((terms, { limit }) => {
    asked.push(terms, limit);
    return Promise.resolve(ANSWER);
  });
  const response = await get(handler, "/search?q=One%20two&limit=5");
  assertEquals(await response.json(), { query: "One two", ...ANSWER });
  assertEquals(asked, [["one", "two"], 5]);
});

Deno.test.each([
  { path: "/search", error: "the query holds no word" },
  { path: "/search?q=%20-", error: "Cannot search: the query holds no word" },
  { path: `/search?q=${"x".repeat(300)}`, error: "300 characters" },
  { path: "/search?q=a&limit=0", error: "limit must be" },
])("HttpHandler answers 400: $error", async ({ path, error }) => {
  const [status, message] = await errorOf(await get(handlerWith(), path));
  assertEquals(status, 400);
  assertStringIncludes(message, error);
});

Deno.test("HttpHandler answers 404 for an unknown path, also with another method", async () => {
  const unknown = [404, 'Cannot find "/nope"'];
  assertEquals(await errorOf(await get(handlerWith(), "/nope")), unknown);
  assertEquals(await errorOf(await get(handlerWith(), "/nope", { method: "POST" })), unknown);
});

Deno.test("HttpHandler answers 405 for a method other than GET and HEAD", async () => {
  const response = await get(handlerWith(), "/search?q=a", { method: "POST" });
  assertEquals(response.headers.get("allow"), "GET, HEAD");
  assertEquals(await errorOf(response), [405, 'Cannot POST "/search"']);
  assertEquals((await get(handlerWith(), "/stats", { method: "HEAD" })).status, 200);
});

Deno.test("HttpHandler answers 503 before the index is there", async () => {
  for (const path of ["/search?q=a", "/file?id=0&q=a", "/stats"]) {
    const response = await get(new HttpHandler(), path);
    assertEquals(response.headers.get("retry-after"), "1");
    assertEquals((await errorOf(response))[0], 503);
  }
});

Deno.test("HttpHandler cancels the search of a client that has gone, and counts it", async () => {
  const searching = Promise.withResolvers<AbortSignal>();
  const handler = handlerWith((_terms, { signal }) => {
    searching.resolve(signal);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  });
  const client = new AbortController();
  const response = get(handler, "/search?q=a", { signal: client.signal });
  await within(20_000, "the search", searching.promise);
  client.abort();

  assertEquals((await within(20_000, "the end of the search", response)).status, 499);
  const { queries } = await (await get(handler, "/stats")).json();
  assertEquals(queries, { answered: 0, refused: 0, cancelled: 1, timedOut: 0, failed: 0 });
});

Deno.test("HttpHandler answers 504 when the deadline passes", async () => {
  const handler = new HttpHandler({ timeoutMs: 1 });
  handler.backend = {
    search: (_terms, { signal }) => {
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    open: () => Promise.reject(new Error("not asked")),
    stats: () => Promise.reject(new Error("not asked")),
    crash: () => Promise.reject(new Error("not asked")),
  };
  const response = await within(20_000, "the deadline", get(handler, "/search?q=a"));
  assertEquals(response.status, 504);
});

Deno.test("HttpHandler answers 500 and keeps the reason to itself when the search fails", async () => {
  const printed: unknown[] = [];
  const { error } = console;
  console.error = (line: unknown) => void printed.push(line);
  try {
    const failure = new Error("a secret path");
    const response = await get(handlerWith(() => Promise.reject(failure)), "/search?q=a");
    assertEquals(await errorOf(response), [500, "Cannot answer: the search failed"]);
    assertEquals(printed, [failure]);
  } finally {
    console.error = error;
  }
});

Deno.test("HttpHandler gives a page whose policy allows its own files only", async () => {
  const response = await get(handlerWith(), "/");
  const policy = response.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assertEquals(policy.match(/unsafe|http|\*/), null);
  assertEquals((await response.text()).match(/<script(?! type="module" src)| on\w+=|<style/), null);
});

Deno.test("HttpHandler gives the files that the page names, and these name", async () => {
  const page = await (await get(handlerWith(), "/")).text();
  const paths = new Set(Array.from(page.matchAll(/(?:href|src)="(.+?)"/g), ([, path]) => path!));
  for (const path of paths) {
    const response = await get(handlerWith(), `/${path}`);
    assertEquals(response.status, 200, path);
    const text = await response.text();
    for (const [, name] of text.matchAll(/from "\.\/(.+?)"/g)) paths.add(name!);
    assertEquals(text.match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval/), null);
  }
  assertEquals(paths.size, await countFiles("page") - 1); // But the page itself.
});

Deno.test.each([
  { path: "/page.ts" },
  { path: "/page/main.js" },
  { path: "/index.html/" },
  { path: "/..%2fmain.ts" },
  { path: "/style.css%00" },
])("HttpHandler gives no other file: $path", async ({ path }) => {
  assertEquals((await get(handlerWith(), path)).status, 404);
});

Deno.test("HttpHandler tells the progress before and after the index is there", async () => {
  const handler = new HttpHandler();
  handler.progress = { found: 5, done: 2, byteLength: 100 };
  const progress = async () => await (await get(handler, "/progress")).json();
  assertEquals(await progress(), { found: 5, done: 2, byteLength: 100, isIndexed: false });
  handler.backend = handlerWith().backend;
  assertEquals((await progress()).isIndexed, true);
});

Deno.test("HttpHandler opens a file at a line, with the words to mark", async () => {
  const opened: unknown[] = [];
  const handler = handlerWith();
  handler.backend = {
    ...handler.backend!,
    open: (file, { from, terms }) => {
      opened.push(file, from, terms);
      return Promise.resolve({ path: "a.txt", lines: [], totalLines: 9 });
    },
  };
  const response = await get(handler, "/file?id=3&from=7&q=One");
  assertEquals(await response.json(), { path: "a.txt", lines: [], totalLines: 9 });
  assertEquals(opened, [3, 7, ["one"]]);
});

Deno.test.each([
  { query: "?q=a", error: 'id must be a whole number, received ""' },
  { query: "?q=a&id=..%2f", error: 'id must be a whole number, received "../"' },
  { query: "?q=a&id=1&from=-1", error: 'from must be a whole number, received "-1"' },
  { query: "?id=1", error: "the query holds no word" },
  { query: "?q=a&id=17", error: "there is no file 17" },
])("HttpHandler answers 400 to GET /file$query: $error", async ({ query, error }) => {
  const [status, message] = await errorOf(await get(handlerWith(), `/file${query}`));
  assertEquals(status, 400);
  assertStringIncludes(message, error);
});

Deno.test("HttpHandler tells the times of the last sixty queries", async () => {
  let tookMs = 0;
  const handler = handlerWith(() => Promise.resolve({ ...ANSWER, tookMs: ++tookMs }));
  for (let i = 0; i < 61; i++) await get(handler, "/search?q=a");
  const { recentMs } = await (await get(handler, "/stats")).json();
  assertEquals([recentMs.length, recentMs.at(0), recentMs.at(-1)], [60, 2, 61]);
});

Deno.test("HttpHandler crashes the shard that POST /crash names", async () => {
  const crashed: number[] = [];
  const response = await get(crashableHandler(crashed), "/crash?shard=1", POST);
  assertEquals([response.status, await response.json()], [200, { crashed: 1 }]);
  assertEquals(crashed, [1]);
});

Deno.test("HttpHandler has no /crash unless it is allowed", async () => {
  const response = await get(handlerWith(), "/crash?shard=0", POST);
  assertEquals(await errorOf(response), [404, 'Cannot find "/crash"']);
});

Deno.test.each([
  { query: "", error: "the parameter shard is missing" },
  { query: "?shard=", error: 'from 0 to 1, received ""' },
  { query: "?shard=2", error: 'shard must be a whole number from 0 to 1, received "2"' },
  { query: "?shard=-1", error: 'received "-1"' },
  { query: "?shard=0.5", error: 'received "0.5"' },
  { query: "?shard=0x1", error: 'received "0x1"' },
])("HttpHandler answers 400 to POST /crash$query: $error", async ({ query, error }) => {
  const crashed: number[] = [];
  const response = await get(crashableHandler(crashed), `/crash${query}`, POST);
  const [status, message] = await errorOf(response);
  assertEquals([status, crashed], [400, []]);
  assertStringIncludes(message, `Cannot crash: `);
  assertStringIncludes(message, error);
});

Deno.test("HttpHandler crashes nothing for GET, or for a page of another site", async () => {
  const crashed: number[] = [];
  const handler = crashableHandler(crashed);
  const got = await get(handler, "/crash?shard=0");
  assertEquals([got.status, got.headers.get("allow")], [405, "POST"]);
  const headers = { origin: "http://elsewhere.example" };
  assertEquals((await get(handler, "/crash?shard=0", { ...POST, headers })).status, 403);
  const own = { origin: "http://localhost" };
  assertEquals((await get(handler, "/crash?shard=0", { ...POST, headers: own })).status, 200);
  assertEquals(crashed, [0]);
});

Deno.test("HttpHandler tells how many shards may be crashed", async () => {
  const crashable = async (handler: HttpHandler) => {
    return (await (await get(handler, "/stats")).json()).crashableShards;
  };
  assertEquals([await crashable(crashableHandler([])), await crashable(handlerWith())], [2, 0]);
});

async function countFiles(folder: string): Promise<number> {
  const url = new URL(`../../../examples/search/${folder}/`, import.meta.url);
  return (await Array.fromAsync(Deno.readDir(url))).length;
}
