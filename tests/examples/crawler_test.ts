/** Runs the crawler as the program that it is. */
import { assertEquals } from "@std/assert";
import { programTest, runProgram } from "../program.ts";

const MAIN = new URL("../../examples/crawler/main.ts", import.meta.url).href;

/** Crawls a site of so many pages; resolves to the numbers of those asked for, and the last line. */
async function crawl(pages: number): Promise<{ visited: number[]; summary: string }> {
  const flags = ["--no-check", "--allow-read", "--allow-net=127.0.0.1"];
  const { code, stdout, stderr } = await runProgram(MAIN, { flags, args: ["--pages", `${pages}`] });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  const summary = lines.pop()!;
  const visited = lines.map((line) => {
    const [, path, title] = /^http:\/\/127\.0\.0\.1:\d+\/(\d+) (.*)$/.exec(line)!;
    const page = Number(path);
    assertEquals(title, page < pages ? `Page ${page}` : "404 No such page");
    return page;
  });
  return { visited, summary };
}

programTest("example crawler stops at the limit, each page asked for once", async () => {
  const { visited, summary } = await crawl(50);
  assertEquals([visited.length, new Set(visited).size], [30, 30]);
  assertEquals(summary, "Crawled 30 pages with 30 requests");
});

programTest("example crawler finds all of a small site, and its dead links, and ends", async () => {
  const { visited, summary } = await crawl(3);
  assertEquals(visited.sort(), [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(summary, "Crawled 7 pages with 7 requests");
});
