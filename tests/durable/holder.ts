import { within } from "../testing.ts";

const program = new URL("./fixtures/store_program.ts", import.meta.url).href;

/** A process that has the file open, once it has. */
export async function holder(file: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", program, "hold", file],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await within(20_000, "the file", reader.read());
  await reader.cancel();
  return child;
}
