import { assertEquals } from "@std/assert";
import { programTest, runProgram } from "../program.ts";

const OUTPUT = `[ { a: [ 1 ] }, Map(1) { 1 => [ 2 ] }, undefined ]
"failed"
"string"
[ { n: [ 0 ] }, { n: [ 1 ] } ]
{ square: [ 4 ] }
[ { square: [ 9 ] }, { square: [ 16 ] } ]
{ sent: [ 1 ] }
{ sent: [ 2 ] }
{ sent: [ 3 ] }
[ { held: [ 4 ] } ]
[ { held: [ 4 ] } ]
`;

const PATCHES = ["stacks", "failing stacks", "toJSON", "failing toJSON", "functions"];

programTest.each([
  ...PATCHES.map((patch) => ({ patch, transport: "port" })),
  { patch: "functions", transport: "shared" },
])(
  "Messages arrive in a program that has replaced what the platform has: $patch, by $transport",
  async ({ patch, transport }) => {
    const program = new URL("../fixtures/patched_program.ts", import.meta.url).pathname;
    const flags = ["--no-check", "--allow-read"];
    const { code, stdout, stderr } = await runProgram(program, { flags, args: [patch, transport] });
    assertEquals({ code, stdout }, { code: 0, stdout: OUTPUT }, stderr);
  },
);
