import { assertEquals, assertRejects } from "@std/assert";
import { relative } from "node:path";
import { fileBatches } from "../../../examples/search/file_batches.ts";
import { noSkips } from "../../../examples/search/skips.ts";
import { walk } from "../../../examples/search/walk.ts";
import { scratchFolder } from "../../testing.ts";
import { runCommand, writeFiles } from "./files.ts";

async function found(root: string, folders: string[], skips = noSkips()): Promise<string[]> {
  const files = (await Array.fromAsync(walk(folders, skips))).flat();
  return files.map((file) => relative(root, file)).sort();
}

Deno.test("walk() finds the files of all folders below", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "a.txt": "", "b/c.txt": "", "b/d/e.txt": "", ".hidden": "" });
  assertEquals(
    await found(folder.path, [folder.path]),
    [".hidden", "a.txt", "b/c.txt", "b/d/e.txt"],
  );
});

Deno.test("walk() leaves ignored folders out, unless asked for by name", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "a": "", "node_modules/b": "", "c/.git/d": "", "git/e": "" });
  const skips = noSkips();
  assertEquals(await found(folder.path, [folder.path], skips), ["a", "git/e"]);
  assertEquals(skips, { ...noSkips(), ignored: 2 });
  assertEquals(await found(folder.path, [`${folder.path}/node_modules`]), ["node_modules/b"]);
});

Deno.test("walk() does not follow symbolic links, so that a loop ends", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "a/b/file": "" });
  await runCommand("ln", "-s", "../..", `${folder.path}/a/b/up`);
  await runCommand("ln", "-s", "nowhere", `${folder.path}/dangling`);
  const skips = noSkips();
  assertEquals(await found(folder.path, [folder.path], skips), ["a/b/file"]);
  assertEquals(skips, { ...noSkips(), link: 2 });
});

Deno.test("walk() skips what is neither file nor folder", async () => {
  await using folder = await scratchFolder();
  await runCommand("mkfifo", `${folder.path}/pipe`);
  const skips = noSkips();
  assertEquals(await found(folder.path, [folder.path], skips), []);
  assertEquals(skips, { ...noSkips(), special: 1 });
});

Deno.test("walk() enters a folder once, also when given twice or inside another", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "a/one": "", "b/two": "" });
  const root = await Deno.realPath(folder.path);
  assertEquals(await found(root, [`${root}/a`, root, root, `${root}/b`]), ["a/one", "b/two"]);
});

Deno.test("walk() counts a folder that vanished as unreadable", async () => {
  await using folder = await scratchFolder();
  const skips = noSkips();
  assertEquals(await found(folder.path, [`${folder.path}/gone`], skips), []);
  assertEquals(skips, { ...noSkips(), unreadable: 1 });
});

Deno.test("fileBatches() gives all files in batches of at most 16", async () => {
  await using folder = await scratchFolder();
  const names = Array.from({ length: 40 }, (_, i) => `${i % 3}/${i}`);
  await writeFiles(folder.path, Object.fromEntries(names.map((name) => [name, ""])));
  let count = 0;
  const { signal } = new AbortController();
  const onFound = (more: number) => count += more;
  const batches = await Array.fromAsync(
    fileBatches([folder.path], { skips: noSkips(), signal, onFound }),
  );
  assertEquals(batches.map(({ length }) => length), [16, 16, 8]);
  assertEquals([new Set(batches.flat()).size, count], [40, 40]);
});

Deno.test("fileBatches() rejects with the reason when it is aborted", async () => {
  await using folder = await scratchFolder();
  const signal = AbortSignal.abort(new Error("enough"));
  const batches = fileBatches([folder.path], { skips: noSkips(), signal, onFound: () => {} });
  await assertRejects(() => Array.fromAsync(batches), Error, "enough");
});
