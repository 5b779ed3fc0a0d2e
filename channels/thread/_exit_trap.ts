// The types take `globalThis` for a window.
const scope = globalThis as unknown as EventTarget & { close(): void };

/** `isCertain`: the thread ends now; else somebody may still handle the error. */
export type ExitCallback = (isCertain: boolean) => void;

/**
 * Calls back before this worker ends by its own doing: `close()`, `Deno.exit()`, `process.exit()`, or an error that
 * nobody caught.
 */
export function trapExit(callback: ExitCallback): void {
  // The platform has no event for this.
  const close = scope.close;
  scope.close = () => {
    callback(true);
    close.call(scope);
  };
  // `process.exit()` calls it too. Importing `node:process` for its event would take 10 ms in each worker.
  const exit = Deno.exit;
  Deno.exit = (code) => {
    callback(true);
    return exit(code);
  };
  scope.addEventListener("error", () => callback(false));
  scope.addEventListener("unhandledrejection", () => callback(false));
}
