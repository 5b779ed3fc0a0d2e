/** Runs the tests of the search page, which drive a browser and so need all permissions. */
import { assertEquals, assertMatch } from "@std/assert";
import { chromium, testWith } from "../needs.ts";
import { within } from "../testing.ts";

const TESTS = new URL("./search/page_in_browser.ts", import.meta.url).href;

testWith(chromium, "The search page works in a browser", async () => {
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--quiet", "--no-check", "--allow-all", TESTS],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await within(60_000, "the tests of the page", child.output());

  const text = new TextDecoder();
  const report = text.decode(stdout);
  assertEquals(code, 0, `${report}\n${text.decode(stderr)}`);
  assertMatch(report, /ok \| \d+ passed \| 0 failed \(/); // None is left out.
});
