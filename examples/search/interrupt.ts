const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/**
 * Turns the first Ctrl-C, or request to end, into an abort, so that the program can end itself. A
 * second one ends the process at once. Listens until disposed.
 */
export class Interrupt implements Disposable {
  #controller = new AbortController();

  constructor() {
    for (const signal of SIGNALS) Deno.addSignalListener(signal, this.#onSignal);
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, this.#onSignal);
  }

  #onSignal = () => {
    if (this.signal.aborted) Deno.exit(130);
    this.#controller.abort();
  };
}
