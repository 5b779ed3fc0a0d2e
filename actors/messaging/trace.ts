import { stackOf } from "../../channels/message/error_codec.ts";

/**
 * Adds to an error that came back from an actor what was asked and by whom, and rejects with it.
 *
 * The caller's frames are taken only when the error arrives: while an `async` function runs whose promise somebody
 * awaits, V8 knows who that is. Taking them at every call would cost more than a local ask. They become text only when
 * somebody reads it: that costs far more than to take them.
 */
export async function traced(error: Error, what: string): Promise<never> {
  // One for the promise of the ask to follow this one, one to run after that.
  await null;
  await null;
  const here = new Error();
  addToStack(error, () => {
    const callers = stackOf(here).split("\n").filter((line) => /^ +at async /.test(line));
    return [`    at ${what}`, ...callers].join("\n");
  });
  throw error;
}

function addToStack(error: Error, more: () => string): void {
  const before = Object.getOwnPropertyDescriptor(error, "stack");
  const own = {
    get stack(): unknown {
      return before?.get === undefined ? before?.value : before.get.call(error);
    },
  };
  let text: string | undefined;
  const put = (value: unknown) => define({ value, writable: true });
  const define = (how: PropertyDescriptor) =>
    Reflect.defineProperty(error, "stack", { ...how, configurable: true });
  define({ get: () => text ??= `${stackOf(own as Error)}\n${more()}`, set: put });
}
