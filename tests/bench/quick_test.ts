import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { programTest, runProgram } from "../program.ts";
import { groups } from "../../bench/groups.ts";

const MAIN = new URL("../../bench/main.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--allow-write=.tmp", "--allow-sys", "--allow-run"];

/** Without other libraries: nothing is downloaded. */
async function bench(...args: string[]) {
  return await runProgram(MAIN, { flags: FLAGS, args: ["--quick", "--no-peers", ...args] });
}

programTest.each(Object.keys(groups).map((group) => ({ group })))(
  "bench $group does each of its workloads, with everything checked",
  async ({ group }) => {
    const { code, stdout, stderr } = await bench(group);
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
    assertMatch(stdout, /^ +\S.* \d[\d .]*( MiB)?(\/s| us| ms| bytes)/m);
  },
);

programTest("bench names the groups that there are when it is asked for another one", async () => {
  const { code, stderr } = await bench("nothing");
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'Cannot run "nothing": known are one-thread, threads,');
});
