/** Hears of the abort of a signal. */
export interface AbortListener {
  /** Called once, when the signal is aborted. */
  onAbort(signal: AbortSignal): void;
}

/** The listeners of one signal. */
export class AbortListeners implements EventListenerObject {
  readonly #signal: AbortSignal;
  /** Most signals have one at a time. */
  #only: AbortListener | null = null;
  #others: Set<AbortListener> | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(listener: AbortListener): void {
    if (this.#isEmpty) {
      this.#only = listener;
      // While there is one, the timer of a signal that is aborted by time keeps the program alive.
      this.#signal.addEventListener("abort", this);
    } else {
      (this.#others ??= new Set()).add(listener);
    }
  }

  remove(listener: AbortListener): void {
    if (this.#only === listener) this.#only = null;
    else if (this.#others === null || !this.#others.delete(listener)) return;
    if (this.#isEmpty) this.#signal.removeEventListener("abort", this);
  }

  handleEvent(): void {
    if (this.#only !== null) this.#tell(this.#only);
    for (const listener of this.#others ?? []) this.#tell(listener);
    this.#only = this.#others = null;
  }

  get #isEmpty(): boolean {
    return this.#only === null && (this.#others === null || this.#others.size === 0);
  }

  #tell(listener: AbortListener): void {
    try {
      listener.onAbort(this.#signal);
    } catch (error) {
      // As if each had its listener for itself.
      reportError(error);
    }
  }
}

const ABORTS = Symbol("troupe.aborts");

/** Kept at the signal: a `WeakMap` would cost a wait with a signal of its own a third more. */
interface Heard {
  [ABORTS]?: AbortListeners;
}

/**
 * Where to listen to a signal. All of this thread share one listener of the platform's: adding one more takes it the
 * longer the more there are, and one signal can be the limit of thousands of waits.
 */
export function abortsOf(signal: AbortSignal): AbortListeners {
  return (signal as Heard)[ABORTS] ??= new AbortListeners(signal);
}

/** Listens to a signal that is not aborted yet. */
export function onAbort(signal: AbortSignal, listener: AbortListener): void {
  abortsOf(signal).add(listener);
}

/** Listens no more. */
export function offAbort(signal: AbortSignal, listener: AbortListener): void {
  (signal as Heard)[ABORTS]?.remove(listener);
}
