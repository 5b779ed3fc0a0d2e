import { ActorSystem, HostLostError } from "@troupe/actors";
import { assertEquals, assertRejects } from "@std/assert";
import { QueryError } from "../../../examples/search/errors.ts";
import { indexFolders, type IndexProgress } from "../../../examples/search/index_folders.ts";
import { firstLoss, startActors } from "../../../examples/search/search_actors.ts";
import { SearchService } from "../../../examples/search/search_service.ts";
import { simulated } from "../../simulation/simulated.ts";
import { scratchFolder, until, within } from "../../testing.ts";
import { writeFiles } from "./files.ts";

const OPTIONS = { limit: 10, signal: new AbortController().signal };

/** Indexes files with two shards on this thread. */
async function serviceFor(
  system: ActorSystem,
  folder: string,
  files: Record<string, string>,
): Promise<SearchService> {
  await writeFiles(folder, files);
  const path = await Deno.realPath(folder);
  const actors = await startActors(system, 2);
  const catalog = await indexFolders([path], actors.indexers, OPTIONS);
  return new SearchService(system, actors, { catalog, folders: [{ path, label: "" }] });
}

Deno.test("SearchService.search() finds words that different shards keep", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  const words = Array.from({ length: 16 }, (_, i) => `word${i}`);
  const files = { "all": words.join("\n"), "most": words.slice(1).join("\n") };
  const service = await serviceFor(system, folder.path, files);

  const { total, results } = await service.search(words, OPTIONS);

  assertEquals([total, results[0]?.path], [1, "all"]);
  assertEquals(results[0]?.lines.map(({ number }) => number), [1, 2, 3]);
});

Deno.test("SearchService.search() shows the part of a long line that matches", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  const line = "x ".repeat(500) + "needle" + " y".repeat(500);
  const service = await serviceFor(system, folder.path, { file: line });

  const { results } = await service.search(["needle"], OPTIONS);

  const expected = "…" + "x ".repeat(30) + "needle" + " y".repeat(87) + "…";
  assertEquals(results[0]?.lines, [{ number: 1, text: expected, matches: [[61, 67]] }]);
});

Deno.test("SearchService.open() gives lines of a file that was found, and of no other", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  const service = await serviceFor(system, folder.path, { text: "a\nb", binary: "\0" });
  const { signal } = OPTIONS;
  const { results } = await service.search(["b"], OPTIONS);
  const open = (file: number) => service.open(file, { from: 2, terms: ["b"], signal });

  assertEquals(await open(results[0]!.file), {
    path: "text",
    lines: [{ number: 2, text: "b", matches: [[0, 1]] }],
    totalLines: 2,
  });
  await assertRejects(() => open(1 - results[0]!.file), QueryError, "there is no file");
  await assertRejects(() => open(2), QueryError, "there is no file 2 in the index");
});

Deno.test("SearchService.search() rejects with the reason of its signal", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  const service = await serviceFor(system, folder.path, { file: "a" });
  const client = new AbortController();

  const answer = service.search(["a"], { limit: 10, signal: client.signal });
  client.abort(new Error("gone"));

  await assertRejects(() => answer, Error, "gone");
});

Deno.test("indexFolders() rejects with the reason of its signal", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  await writeFiles(folder.path, { file: "a" });
  const { indexers } = await startActors(system, 1);
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => indexFolders([folder.path], indexers, { signal }), Error, "enough");
});

Deno.test("indexFolders() tells how far it has come", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 0 });
  const names = Array.from({ length: 40 }, (_, i) => `${i}`);
  await writeFiles(folder.path, Object.fromEntries(names.map((name) => [name, "ab"])));
  const { indexers } = await startActors(system, 1);
  const seen: number[] = [];
  const { signal } = OPTIONS;
  const onProgress = ({ found, done, byteLength }: IndexProgress) => {
    seen.push(found, done, byteLength);
  };
  const catalog = await indexFolders([folder.path], indexers, { signal, onProgress });
  assertEquals(seen, [40, 16, 32, 40, 32, 64, 40, 40, 80]);
  assertEquals([catalog.fileCount, catalog.wordCount], [40, 40]);
});

Deno.test("firstLoss() rejects when an actor ends", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const actors = await startActors(system, 2);
  const loss = firstLoss(actors);
  await Promise.all([
    assertRejects(() => within(20_000, "the loss", loss), Error, "a part of the index is gone"),
    actors.shards[1]!.terminate(),
  ]);
});

Deno.test("A shard that is lost before all files are known reads them once they are", async () => {
  await using folder = await scratchFolder();
  await using system = new ActorSystem({ workers: 2 });
  const words = Array.from({ length: 16 }, (_, i) => `word${i}`);
  await writeFiles(folder.path, { all: words.join("\n"), most: words.slice(1).join("\n") });
  const path = await Deno.realPath(folder.path);
  const actors = await startActors(system, 2);
  await assertRejects(() => actors.shards[0]!.ask.crash(), HostLostError);

  const catalog = await indexFolders([path], actors.indexers.slice(1), OPTIONS);
  assertEquals((await actors.shards[0]!.ask.stats()).isWhole, false);
  const service = new SearchService(system, actors, { catalog, folders: [{ path, label: "" }] });
  await until(
    5_000,
    "a whole index",
    async () => (await service.stats(OPTIONS)).missing.length === 0,
  );

  const { total, missing, results } = await service.search(words, OPTIONS);
  assertEquals([total, missing, results[0]?.path], [1, [], "all"]);
  assertEquals((await service.search(words.slice(1), OPTIONS)).total, 2);
});

simulated("firstLoss() rejects when shards are lost again and again", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const actors = await startActors(system, 1);
  actors.files.tell.complete([]);
  const loss = assertRejects(() => firstLoss(actors), Error, "a part of the index is gone");
  for (let times = 0; times < 11; times++) {
    await actors.shards[0]!.ask.stats(); // It is back.
    await assertRejects(() => actors.shards[0]!.ask.crash(), HostLostError);
  }
  await within(20_000, "the loss", loss);
});
