import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../examples/search/errors.ts";
import { parseOptions } from "../../../examples/search/options.ts";

Deno.test("parseOptions() has a default for everything", () => {
  assertEquals(parseOptions([]), {
    help: false,
    compare: false,
    allowCrash: false,
    folders: [],
    query: undefined,
    hostname: "127.0.0.1",
    port: 8000,
    workers: undefined,
  });
});

Deno.test("parseOptions() reads options and folders in any order", () => {
  const options = parseOptions(["7", "--port=0", "src", "--workers", "3", "--query", "a b"]);
  assertEquals(options.folders, ["7", "src"]);
  assertEquals([options.port, options.workers, options.query], [0, 3, "a b"]);
});

Deno.test("parseOptions() takes what follows -- for folders", () => {
  assertEquals(parseOptions(["--", "--query"]).folders, ["--query"]);
});

Deno.test.each([
  { args: ["--prot", "1"], message: 'unknown option "--prot"' },
  { args: ["-x"], message: 'unknown option "-x"' },
  { args: ["--port"], message: "--port needs a value" },
  { args: ["--port", "65536"], message: 'from 0 to 65535, received "65536"' },
  { args: ["--port", "http"], message: 'received "http"' },
  { args: ["--workers", "0"], message: 'from 1 to 256, received "0"' },
  { args: ["--workers=-1"], message: 'received "-1"' },
  { args: ["--workers", "1.5"], message: 'received "1.5"' },
  { args: ["--query"], message: "--query needs a value" },
  { args: ["--host="], message: "--host needs a value" },
])(
  "parseOptions() refuses: $message",
  ({ args, message }) => void assertThrows(() => parseOptions(args), UsageError, message),
);
