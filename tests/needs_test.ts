import { assertEquals, assertStringIncludes } from "@std/assert";
import { isLeftOut, pathOf, type Program } from "./needs.ts";
import { programTest } from "./program.ts";
import { within } from "./testing.ts";

const missing: Program = {
  name: "Nothing",
  package: "nothing",
  paths: ["/nonexistent/nothing", `${import.meta.filename}/nothing`],
};
const present: Program = { ...missing, paths: [...missing.paths, Deno.execPath()] };

Deno.test("pathOf() gives the first path that is there", () => {
  assertEquals(pathOf(present), Deno.execPath());
  assertEquals(pathOf(missing), undefined);
});

Deno.test("A test of a missing program is left out, but in CI", () => {
  assertEquals(isLeftOut(missing, false), true);
  assertEquals(isLeftOut(missing, true), false);
  assertEquals(isLeftOut(present, false), false);
});

programTest("A machine without a browser passes, and is told once what to install", async () => {
  const { code, stdout } = await testPage({ CHROMIUM_PATH: "/nonexistent/chromium" });
  assertEquals(code, 0, stdout);
  const [line, ...more] = stdout.split("\n").filter((each) => each.includes("Chromium"));
  assertStringIncludes(line!, "Left out: tests that need Chromium (Debian's package: chromium)");
  assertEquals(more, []);
  assertStringIncludes(stdout, "1 ignored");
});

programTest("CI without a browser fails", async () => {
  const { code, stdout } = await testPage({ CHROMIUM_PATH: "/nonexistent/chromium", CI: "true" });
  assertEquals(code, 1);
  assertStringIncludes(stdout, 'Cannot start the browser "/nonexistent/chromium"');
});

/** Runs the test of the search page in an environment, which is not CI unless it says so. */
async function testPage(env: Record<string, string>): Promise<{ code: number; stdout: string }> {
  const test = new URL("./examples/page_test.ts", import.meta.url).href;
  const flags = ["--no-check", "--allow-read", "--allow-env", "--allow-run"];
  // Without `CI` of the one who runs this.
  const names = ["PATH", "HOME", "DENO_DIR"];
  const outer = Object.fromEntries(names.map((name) => [name, Deno.env.get(name) ?? ""]));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, test],
    clearEnv: true,
    env: { ...outer, NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  const { code, stdout } = await within(60_000, "the test of the page", command.output());
  return { code, stdout: new TextDecoder().decode(stdout) };
}
