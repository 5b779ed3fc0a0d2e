import { assertEquals, assertStringIncludes } from "@std/assert";
import { programTest } from "../../program.ts";
import { scratchFolder, until } from "../../testing.ts";
import { writeFiles } from "./files.ts";
import { SearchProgram } from "./program.ts";
import { hashOf, shardOf } from "../../../examples/search/term_hash.ts";

const SHARDS = 2;
const WORDS = Array.from({ length: 400 }, (_, i) => `word${i}`);
const QUERY = WORDS.slice(0, 8).join(" ");

interface Answer {
  readonly total: number;
  readonly missing: number[];
  readonly results: { path: string; score: number; lines: { number: number; text: string }[] }[];
}

/** The program over some files, and what a test asks of it. */
class CrashableSearch implements AsyncDisposable {
  readonly url: string;
  #resources: AsyncDisposableStack;

  private constructor(url: string, resources: AsyncDisposableStack) {
    this.url = url;
    this.#resources = resources;
  }

  static async start(...flags: string[]): Promise<CrashableSearch> {
    await using resources = new AsyncDisposableStack();
    const folder = resources.use(await scratchFolder());
    const texts = Array.from({ length: 40 }, (_, i) => WORDS.slice(i % 7).join("\n"));
    await writeFiles(folder.path, Object.fromEntries(texts.map((text, i) => [`${i}.txt`, text])));
    const args = [folder.path, "--port", "0", "--workers", `${SHARDS}`, ...flags];
    const program = resources.use(new SearchProgram(args));
    return new CrashableSearch(await program.url(), resources.move());
  }

  async ask(query: string): Promise<Answer> {
    const response = await fetch(`${this.url}search?` + new URLSearchParams({ q: query }));
    const { total, missing, results, error } = await response.json();
    assertEquals([response.status, error], [200, undefined]);
    return { total, missing, results };
  }

  async crash(shard: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}crash?shard=${shard}`, { method: "POST" });
    return { status: response.status, body: await response.json() };
  }

  /** Asks until the answer has no hole any more. */
  async whole(query: string): Promise<Answer> {
    let answer = await this.ask(query);
    await until(10_000, "an answer without a hole", async () => {
      if (answer.missing.length > 0) answer = await this.ask(query);
      return answer.missing.length === 0;
    });
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

programTest(
  "search answers without a crashed shard, says so, and is whole again soon",
  async () => {
    await using search = await CrashableSearch.start("--allow-crash");
    const before = await search.ask(QUERY);
    assertEquals([before.missing, before.total > 0], [[], true]);
    for (const shard of [0, 1, 1]) {
      const holes: number[][] = [];
      const stop = new AbortController();
      const asking = Promise.all(Array.from({ length: 3 }, async () => {
        while (!stop.signal.aborted) {
          const answer = await search.ask(QUERY);
          if (answer.missing.length === 0) assertEquals(answer, before);
          else holes.push(answer.missing);
        }
      }));
      asking.catch(() => {}); // It is awaited below.
      assertEquals(await search.crash(shard), { status: 200, body: { crashed: shard } });
      assertEquals(await search.whole(QUERY), before);
      stop.abort();
      await asking;
      assertEquals(new Set(holes.flat()), new Set([shard]));
    }
  },
);

programTest("search answers in full what a crashed shard keeps nothing of", async () => {
  await using search = await CrashableSearch.start("--allow-crash");
  const [kept, lost] = [0, 1].map((shard) => {
    return WORDS.find((word) => shardOf(hashOf(word), SHARDS) === shard)!;
  });
  const before = await search.ask(kept!);
  const all = await search.ask(`${kept} ${lost}`);
  await search.crash(1);
  const holed = await search.ask(`${kept} ${lost}`);
  assertEquals(await search.ask(kept!), before);
  if (holed.missing.length > 0) {
    assertEquals([holed.missing, holed.total], [[1], before.total]);
  }
  assertEquals(await search.whole(`${kept} ${lost}`), all);
});

programTest("search survives that all its shards crash at the same time, twice", async () => {
  await using search = await CrashableSearch.start("--allow-crash");
  const before = await search.ask(QUERY);
  for (let round = 0; round < 2; round++) {
    await Promise.all([search.crash(0), search.crash(1)]);
    assertEquals(await search.whole(QUERY), before);
  }
  const stats = await (await fetch(`${search.url}stats`)).json();
  assertEquals(stats.missing, []);
  assertEquals(stats.queries.failed, 0);
});

programTest(
  "search refuses to crash a shard that is not there, or without --allow-crash",
  async () => {
    await using allowed = await CrashableSearch.start("--allow-crash");
    for (const shard of ["2", "-1", "x", ""]) {
      const { status, body } = await allowed.crash(shard);
      assertEquals(status, 400);
      assertStringIncludes(`${body.error}`, `from 0 to 1, received "${shard}"`);
    }
    await using forbidding = await CrashableSearch.start();
    assertEquals((await forbidding.crash(0)).status, 404);
    assertEquals((await forbidding.ask(QUERY)).missing, []);
  },
);
