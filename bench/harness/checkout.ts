import { fileURLToPath } from "node:url";

/** This checkout's folder, with a slash at the end. */
const HERE = new URL("../../", import.meta.url);

/** A state of the sources that can be measured. */
export interface Checkout {
  /** What the table calls it. */
  readonly name: string;
  /** Its folder, with a slash at the end. */
  readonly folder: URL;
}

/** The sources as they are here. */
export const here: Checkout = { name: "now", folder: HERE };

/** The sources of a commit, unpacked below `.tmp/`; `null` when git knows no such commit. */
export async function checkoutOf(commit: string): Promise<Checkout | null> {
  const name = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`];
  const verified = await output("git", name);
  if (!verified.success) return null;
  const id = verified.stdout.slice(0, 12);
  const folder = new URL(`.tmp/compare/${id}/`, HERE);
  await Deno.mkdir(folder, { recursive: true });
  const archive = fileURLToPath(new URL("../sources.tar", folder));
  await run("git", ["archive", `--output=${archive}`, id]);
  await run("tar", ["-xf", archive, "-C", fileURLToPath(folder)]);
  return { name: id, folder };
}

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await output(command, args);
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}: ${stderr.trim()}`);
}

async function output(command: string, args: string[]) {
  const cwd = fileURLToPath(HERE);
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = new TextDecoder();
  return { success, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
