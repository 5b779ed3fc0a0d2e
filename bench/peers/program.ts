/**
 * Runs a program that does some work once and prints a figure: the milliseconds that it took, where nothing else is said.
 *
 * @throws {Deno.errors.NotFound} when there is no such program.
 * @throws {Error} when it fails, or prints anything else.
 */
export async function runProgram(command: string, args: readonly string[]): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  const text = new TextDecoder();
  const printed = text.decode(stdout).trim();
  const value = Number(printed);
  if (success && printed !== "" && Number.isFinite(value)) return value;
  // Without its folder: the reason is kept with the figures.
  const name = command.split("/").at(-1);
  throw new Error(`${name}: ${text.decode(stderr).trim() || printed || "printed nothing"}`);
}
