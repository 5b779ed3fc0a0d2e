/**
 * Runs one benchmark of `channels.py`; the result is in operations a second, `null` where there is no `python3`.
 */
export async function runPython(name: string, operations: number): Promise<number | null> {
  const script = new URL("./channels.py", import.meta.url).pathname;
  try {
    const command = new Deno.Command("python3", { args: [script, name, String(operations)] });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return Number(new TextDecoder().decode(stdout));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
