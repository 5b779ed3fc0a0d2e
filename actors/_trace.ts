import { stackOf } from "../channels/internal.ts";

/**
 * Adds to an error that came back from an actor what was asked and by whom, and rejects with it.
 *
 * The caller's frames are taken only when the error arrives: while an `async` function runs whose promise somebody
 * awaits, V8 knows who that is. Taking them at every call would cost more than a local ask.
 */
export async function traced(error: Error, what: string): Promise<never> {
  // One for the promise of the ask to follow this one, one to run after that.
  await null;
  await null;
  const callers = stackOf(new Error()).split("\n").filter((line) => /^ +at async /.test(line));
  Object.defineProperty(error, "stack", {
    value: [stackOf(error), `    at ${what}`, ...callers].join("\n"),
    writable: true,
    configurable: true,
  });
  throw error;
}
