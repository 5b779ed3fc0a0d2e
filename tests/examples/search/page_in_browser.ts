/**
 * What users see of the search page. It needs more permissions than the other tests, so it is no
 * `_test.ts` file: `page_test.ts` runs it in a process of its own.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { HttpHandler } from "../../../examples/search/http_handler.ts";
import { noSkips } from "../../../examples/search/skips.ts";
import { scratchFolder, until } from "../../testing.ts";
import { type Page, type PageOptions, TestBrowser } from "./browser.ts";
import { writeFiles } from "./files.ts";
import { SearchProgram } from "./program.ts";

const HOSTILE = '<img src=x onerror="document.title = 1"> <b>hostile</b>';
const FILES = {
  "one.txt": "An actor\nsends a message\n",
  "two.txt": `${"\n".repeat(300)}This Actor takes it, and leaves it\n`,
  "<img src=x onerror=alert(1)>.txt": HOSTILE,
  // Enough to be read again for a while.
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `many/${i}.txt`,
      Array.from({ length: 30_000 }, (_, j) => `word${(i + j) % 5_000}`).join("\n"),
    ]),
  ),
};

const resources = new AsyncDisposableStack();
let browser: TestBrowser;
let url: string;

Deno.test.beforeAll(async () => {
  const folder = resources.use(await scratchFolder());
  await writeFiles(folder.path, FILES);
  const args = [folder.path, "--port", "0", "--workers", "2", "--allow-crash"];
  const program = resources.use(new SearchProgram(args));
  browser = resources.use(await TestBrowser.start());
  url = await program.url();
});

Deno.test.afterAll(async () => await resources.disposeAsync());

/** A test on a page of its own. The browser's pipes outlive it: the sanitizers cannot be on. */
function testPage(name: string, use: (page: Page) => Promise<void>, options?: PageOptions): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => browser.visit(url, use, options),
  });
}

testPage("The page shows results as one types, with the words marked", async (page) => {
  await page.getByRole("searchbox", { name: "Words to find" }).pressSequentially("acto");
  await page.getByText(/^0 files in/).waitFor();
  await page.keyboard.press("r");
  await page.getByText(/^2 files in \d+\.\d ms$/).waitFor();
  assertEquals(await page.locator("#results mark").allTextContents(), ["actor", "Actor"]);
  assertEquals(await page.locator("#results .number").allTextContents(), ["1", "301"]);
});

testPage("The page keeps the query in its address", async (page) => {
  await page.fill("input", "sends message");
  await page.getByText(/^1 file in/).waitFor();
  assertMatch(page.url(), /\/\?q=sends\+message$/);
  await page.reload();
  await page.getByText(/^1 file in/).waitFor();
  assertEquals(await page.inputValue("input"), "sends message");
});

testPage("The page is usable with the keyboard alone", async (page) => {
  await page.fill("input", "actor");
  await page.locator("#results button").nth(1).waitFor();
  const focused = page.locator(":focus");

  await page.keyboard.press("ArrowDown");
  assertMatch(`${await focused.textContent()}`, /one\.txt/);
  await page.keyboard.press("ArrowDown");
  assertMatch(`${await focused.textContent()}`, /two\.txt/);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "two.txt" });
  await dialog.locator("mark").waitFor();
  assert(await dialog.locator("mark").isVisible());
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assertMatch(`${await focused.textContent()}`, /two\.txt/);
  await page.keyboard.press("/");
  await page.locator("input:focus").waitFor();
  await page.keyboard.press("Escape");
  assertEquals([await page.inputValue("input"), await page.locator("#results li").count()], [
    "",
    0,
  ]);
});

testPage("The page opens a file at the line that was found", async (page) => {
  await page.fill("input", "takes");
  await page.locator("#results button").click();
  const line = page.locator("dialog .line", { hasText: "This Actor takes it, and leaves it" });
  await line.waitFor();
  const box = await line.boundingBox();
  assert(box !== null && box.y > 0 && box.y < page.viewportSize()!.height, "it is out of sight");
});

testPage("The page shows markup in files and their names as text", async (page) => {
  await page.fill("input", "hostile onerror");
  await page.locator("#results li").waitFor();
  assertMatch(
    `${await page.textContent("#results .path")}`,
    /<img src=x onerror=alert\(1\)>\.txt$/,
  );
  assertEquals(await page.textContent("#results .line"), `1${HOSTILE}`);
  await page.locator("#results button").click();
  await page.locator("dialog mark").first().waitFor();
  assertEquals(await page.locator("#results :is(img, b), dialog :is(img, b)").count(), 0);
  assertEquals(await page.title(), "Troupe search");
});

testPage("The page says why a query cannot be answered", async (page) => {
  await page.fill("input", "?");
  await page.getByText("Cannot search: the query holds no word").waitFor();
});

testPage("The page shows the shards, the hosts and the time of each query", async (page) => {
  await page.fill("input", "message");
  await page.locator("#shards tbody tr").nth(1).waitFor();
  await page.locator("#hosts tbody tr").nth(1).waitFor();
  assertEquals(await page.locator("#shards .whole").allTextContents(), ["whole", "whole"]);
  await page.getByRole("img", { name: /Time of the last \d+ queries: median/ }).waitFor();
  assert(await page.locator("#chart rect").count() > 0);
  await page.getByText(/^43 files, .* MB, .* words, .* terms$/).waitFor();
});

for (
  const { colorScheme, isDark } of [
    { colorScheme: "light", isDark: false },
    { colorScheme: "dark", isDark: true },
  ] as const
) {
  testPage(`The page is ${colorScheme} for those who like it`, async (page) => {
    const [back, text] = await Promise.all(["backgroundColor", "color"].map(async (property) => {
      const color = await page.evaluate<string>(`getComputedStyle(document.body).${property}`);
      return Number(/\d+/.exec(color)?.[0]);
    }));
    assertEquals(back! < text!, isDark);
    assert(Math.abs(back! - text!) > 150, "it is hard to read");
  }, { colorScheme });
}

testPage("The page shows that a crashed shard is missing, and that it comes back", async (page) => {
  await page.fill("input", Array.from({ length: 8 }, (_, i) => `word${i}`).join(" "));
  await page.getByText(/^40 files in \d+\.\d ms$/).waitFor();
  const hosts = page.locator("#hosts tbody td:first-child");
  await hosts.nth(1).waitFor();
  const [kept, lost] = await hosts.allTextContents();
  // What is missing may be back before anybody looks.
  await page.evaluate(`{
    window.seen = [];
    const status = document.querySelector("#status");
    const note = () => seen.push(status.textContent);
    new MutationObserver(note).observe(status, { childList: true });
  }`);

  await page.getByRole("button", { name: "Crash shard 1" }).click();

  const seen = async (pattern: RegExp) => {
    const statuses = await page.evaluate<string[]>("seen");
    return statuses.some((status) => pattern.test(status));
  };
  await until(10_000, "a hole", () => seen(/, without the words of shard 1$/));
  await page.getByText(/^40 files in \d+\.\d ms$/).waitFor();
  await hosts.filter({ hasText: lost! }).waitFor({ state: "detached" });
  await page.locator("#shards .whole").nth(1).waitFor();
  assertEquals((await hosts.allTextContents())[0], kept);
});

Deno.test({
  name: "The page shows how the indexing goes, and then what is in the box",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const handler = new HttpHandler();
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1" }, handler.handle);
    const path = `http://127.0.0.1:${server.addr.port}/?q=actor`;
    await browser.visit(path, async (page) => {
      handler.progress = { found: 1_200, done: 300, byteLength: 2_500_000 };
      await page.getByText("Indexing: 300 of 1,200 files, 2.5 MB").waitFor();
      const bar = page.getByRole("progressbar", { name: "Files indexed" });
      assertEquals([await bar.getAttribute("value"), await bar.getAttribute("max")], [
        "300",
        "1200",
      ]);

      const unused = () => Promise.reject(new DOMException("not used", "AbortError"));
      handler.backend = {
        search: () =>
          Promise.resolve({ terms: ["actor"], total: 7, tookMs: 1, missing: [], results: [] }),
        stats: () =>
          Promise.resolve({
            ...{ files: 0, words: 0, terms: 0, bytes: 0, shards: [], missing: [], hosts: [] },
            skipped: noSkips(),
          }),
        open: unused,
        crash: unused,
      };
      await page.getByText("7 files in 1.0 ms").waitFor();
      assertEquals(await bar.isVisible(), false);
    });
  },
});
