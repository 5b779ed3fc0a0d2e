import { ThreadSlot } from "./thread.ts";

// The types take `globalThis` for a window.
const scope = globalThis as unknown as EventTarget & { close(): void };

/** `isCertain`: the thread ends now; else somebody may still handle the error. */
export type ExitCallback = (isCertain: boolean) => void;

const exit = new ThreadSlot(() => ({ callbacks: new Set<ExitCallback>(), isTrapped: false }));

/**
 * Calls back before this worker ends by its own doing: `close()`, `Deno.exit()`, `process.exit()`, or an error that
 * nobody caught. What is queued can still be posted then; nothing can be awaited.
 */
export function beforeExit(callback: ExitCallback): void {
  const mine = exit.here;
  mine.callbacks.add(callback);
  if (mine.isTrapped) return;
  mine.isTrapped = true;
  // The platform has no event for this.
  const close = scope.close;
  scope.close = () => {
    runAll(true);
    close.call(scope);
  };
  // `process.exit()` calls it too. Importing `node:process` for its event would take 10 ms in each worker.
  const end = Deno.exit;
  Deno.exit = (code) => {
    runAll(true);
    return end(code);
  };
  scope.addEventListener("error", () => runAll(false));
  scope.addEventListener("unhandledrejection", () => runAll(false));
}

/** Does not call back any more. */
export function forgetExit(callback: ExitCallback): void {
  exit.here.callbacks.delete(callback);
}

function runAll(isCertain: boolean): void {
  for (const callback of exit.here.callbacks) callback(isCertain);
}
