import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { programTest } from "../program.ts";
import { scratchFolder, until, within } from "../testing.ts";
import { writeFiles } from "./search/files.ts";
import { search, SearchProgram } from "./search/program.ts";

const TEXTS = {
  "first.txt": "An actor\nsends a message\n",
  "sub/second.md": "# Message\n\nThe actor took the message: one actor, one message.\n",
  "third.txt": "Nothing of the kind, but __proto__ and Größe.\n",
};

programTest("search --query prints the files that hold all words, the best first", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, TEXTS);
  const { code, stdout, stderr } = await search([folder.path, "--query", "Actor message"]);
  const root = folder.path.replace("/tests/..", "");
  assertEquals(
    stdout,
    `2 files hold: actor message\n${root}/sub/second.md\n  1: # Message\n` +
      "  3: The actor took the message: one actor, one message.\n" +
      `${root}/first.txt\n  1: An actor\n  2: sends a message\n`,
  );
  assertMatch(stderr, /^Indexing .*\nIndexed 3 files, 0\.0 MB in \S+ s \(.* MB\/s\)\n$/);
  assertEquals(code, 0);
});

programTest.each([
  { query: "__proto__", answer: "1 file holds: __proto__" },
  { query: "GRÖSSE größe", answer: "No file holds: grösse größe" },
  { query: "größe", answer: "1 file holds: größe" },
  { query: "constructor", answer: "No file holds: constructor" },
])("search --query $query says: $answer", async ({ query, answer }) => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, TEXTS);
  const { code, stdout } = await search([folder.path, "--query", query]);
  assertStringIncludes(stdout, answer);
  assertEquals(code, 0);
});

programTest("search indexes this project when no folder is given", async () => {
  const { stdout } = await search(["--query", "SearchService describe LINES_PER_FILE"]);
  assertStringIncludes(stdout, "\nexamples/search/search_service.ts\n");
});

programTest("search counts what it leaves out, and indexes the rest", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, {
    "binary": "actor\0",
    "huge": new Uint8Array(5_000_000).fill(97),
    "forbidden": "actor",
    "text": "actor",
    "node_modules/text": "actor",
  });
  const forbidden = `--deny-read=${folder.path}/forbidden`;
  const { code, stdout, stderr } = await search([folder.path, "--query", "actor"], [forbidden]);
  assertMatch(stdout, /^1 file holds: actor\n.*\/text\n {2}1: actor\n$/);
  assertStringIncludes(stderr, "Indexed 1 files");
  assertStringIncludes(stderr, "left out: 1 binary, 1 huge, 1 unreadable, 1 ignored");
  assertEquals(code, 0);
});

programTest.each([
  { args: ["no/such/folder"], message: 'Cannot index "no/such/folder": it does not exist' },
  { args: ["deno.json"], message: 'Cannot index "deno.json": it is not a folder' },
  { args: ["--prot", "1"], message: 'Cannot start: unknown option "--prot"; see --help' },
  { args: ["--query", "?"], message: "Cannot search: the query holds no word" },
])("search ends with exit code 1 and says: $message", async ({ args, message }) => {
  assertEquals(await search(args), { code: 1, stdout: "", stderr: message + "\n" });
});

programTest("search ends with exit code 1 when the port is taken", async () => {
  await using folder = await scratchFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { code, stderr } = await search([folder.path, "--port", `${port}`]);
  assertEquals(
    stderr,
    `Cannot listen on 127.0.0.1:${port}: the port is taken; choose another one with --port\n`,
  );
  assertEquals(code, 1);
});

programTest("search --help tells the options", async () => {
  const { code, stdout } = await search(["--help"]);
  assertMatch(
    stdout,
    /--query.*\n.*--port.*\n.*--host.*\n.*--workers.*\n.*--compare.*\n.*--allow-crash/,
  );
  assertEquals(code, 0);
});

programTest("search --compare prints the times of one worker and of several", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, TEXTS);
  const { code, stdout } = await search([folder.path, "--compare", "--workers", "3"]);
  assertMatch(
    stdout,
    /^Indexing 600 files.*200 times over.*\n +1 worker +\S+ s .*\n +3 workers +\S+ s .* as fast\n$/,
  );
  assertEquals(code, 0);
});

programTest("search serves queries, statistics and a page until Ctrl-C", async (t) => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, TEXTS);
  await using program = new SearchProgram([folder.path, "--port", "0", "--workers", "2"]);
  const url = await program.url();
  const get = async (path: string) => await (await fetch(url + path)).json();

  await t.step("GET /search gives files with their lines", async () => {
    const { query, terms, total, results } = await get("search?q=Gr%C3%B6%C3%9Fe");
    assertEquals({ query, terms, total }, { query: "Größe", terms: ["größe"], total: 1 });
    assertMatch(results[0].path, /third\.txt$/);
    assertEquals(results[0].lines, [
      { number: 1, text: TEXTS["third.txt"].trim(), matches: [[39, 44]] },
    ]);
  });

  await t.step("GET /search keeps to the limit and tells the total", async () => {
    const { total, results } = await get("search?q=message&limit=1");
    assertEquals([total, results.length], [2, 1]);
  });

  await t.step("GET /search gives a file without lines when its text is another now", async () => {
    await writeFiles(folder.path, { "first.txt": "Changed." });
    const { results } = await get("search?q=sends");
    assertEquals(results.map(({ lines }: { lines: unknown[] }) => lines), [[]]);
    await Deno.remove(`${folder.path}/first.txt`);
    assertEquals((await get("search?q=sends")).results.length, 1);
  });

  await t.step("a bad query, path or method is an error in JSON", async () => {
    const statuses: number[] = [];
    for (const path of ["search?q=", "search?q=a&limit=x", "nope"]) {
      const response = await fetch(url + path);
      assertMatch((await response.json()).error, /^Cannot /);
      statuses.push(response.status);
    }
    const post = await fetch(url + "search?q=a", { method: "POST", body: "x" });
    assertMatch((await post.json()).error, /^Cannot POST/);
    assertEquals([...statuses, post.status], [400, 400, 404, 405]);
  });

  await t.step(
    "GET /stats counts files, words, terms and bytes, by shard and by host",
    async () => {
      const stats = await get("stats");
      const bytes = Object.values(TEXTS).join("").length + 2; // Two letters take two bytes.
      assertEquals([stats.files, stats.words, stats.bytes], [3, 23, bytes]);
      assertEquals([stats.shards.length, stats.hosts.length], [2, 2]);
      const sum = (of: { terms: number }[]) => of.reduce((total, { terms }) => total + terms, 0);
      assertEquals([sum(stats.shards), sum(stats.hosts)], [stats.terms, stats.terms]);
      assertEquals(stats.queries.refused, 2);
    },
  );

  await t.step("GET / gives the page", async () => {
    const response = await fetch(url);
    assertMatch(response.headers.get("content-security-policy")!, /default-src 'none'/);
    assertStringIncludes(await response.text(), "<title>Troupe search</title>");
  });

  await t.step("a client that goes away cancels its query", async () => {
    const { hostname, port } = new URL(url);
    const request = "GET /search?q=actor HTTP/1.1\r\nHost: localhost\r\n\r\n";
    await until(10_000, "a cancelled query", async () => {
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(request));
      return (await get("stats")).queries.cancelled > 0;
    });
  });

  await t.step("Ctrl-C ends it with exit code 0, also with a connection open", async () => {
    const { hostname, port } = new URL(url);
    using _idle = await Deno.connect({ hostname, port: Number(port) });
    assertEquals(await program.interrupt(), 0);
    Deno.listen({ hostname, port: Number(port) }).close();
  });
});

programTest("search ends with exit code 0 on Ctrl-C while it indexes", async () => {
  await using folder = await scratchFolder();
  const text = Array.from({ length: 300_000 }, (_, i) => `word${i % 5_000}`).join("\n");
  const names = Array.from({ length: 30 }, (_, i) => `${i}.txt`);
  await writeFiles(folder.path, Object.fromEntries(names.map((name) => [name, text])));
  await using program = new SearchProgram([folder.path, "--port", "0"]);
  await program.indexing();
  const exit = program.interrupt();
  assertEquals(await within(20_000, "the end", exit), 0);
  assertEquals(program.stderr.includes("Indexed"), false, "It was done before Ctrl-C");
});
