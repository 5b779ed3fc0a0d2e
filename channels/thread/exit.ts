import type { ExitCallback } from "./platform.ts";
import { thread, ThreadSlot } from "./thread.ts";

const exit = new ThreadSlot(() => ({ callbacks: new Set<ExitCallback>(), isTrapped: false }));

/**
 * Calls back before this worker ends by its own doing: `close()`, `Deno.exit()`, `process.exit()`, or an error that
 * nobody caught. What is queued can still be posted then; nothing can be awaited.
 */
export function beforeExit(callback: ExitCallback): void {
  const { callbacks, isTrapped } = exit.here;
  callbacks.add(callback);
  if (isTrapped) return;
  exit.here.isTrapped = true;
  thread().platform.trapExit((isCertain) => {
    for (const callback of callbacks) callback(isCertain);
  });
}

/** Does not call back any more. */
export function forgetExit(callback: ExitCallback): void {
  exit.here.callbacks.delete(callback);
}
