import { assertEquals } from "@std/assert";
import { replaceBetween } from "../../bench/report/figures.ts";

Deno.test("replaceBetween() keeps what stands outside of the marks", () => {
  const text = "# Title\n\n<!-- begin pool -->\n\nold\n\n<!-- end pool -->\n\nBy hand.\n";
  assertEquals(
    replaceBetween(text, "pool", "new $& figures"),
    "# Title\n\n<!-- begin pool -->\n\nnew $& figures\n\n<!-- end pool -->\n\nBy hand.\n",
  );
});

Deno.test("replaceBetween() adds a group that has no marks yet at the end", () => {
  assertEquals(
    replaceBetween("# Title\n", "pool", "new"),
    "# Title\n\n## pool\n\n<!-- begin pool -->\n\nnew\n\n<!-- end pool -->\n",
  );
});
