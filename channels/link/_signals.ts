import { type AbortListener, offAbort, onAbort } from "../thread/aborts.ts";
import { soon } from "../vocabulary/kept.ts";

/** The sending side of signals on one link: passes an abort on, and says when none can come any more. */
export class ExportedSignals implements AbortListener {
  readonly #pass: (number: number, reason: unknown) => void;
  readonly #numbers = new WeakMap<AbortSignal, number>();
  readonly #sources = new Map<number, WeakRef<AbortSignal>>();
  readonly #collected: FinalizationRegistry<number>;
  #last = 0;

  /**
   * @param pass Called once when a signal is aborted.
   * @param onRelease Called when a signal was collected, so that it can never be aborted.
   */
  constructor(
    pass: (number: number, reason: unknown) => void,
    onRelease: (number: number) => void,
  ) {
    this.#pass = pass;
    this.#collected = new FinalizationRegistry((number) => {
      if (this.#sources.delete(number)) onRelease(number);
    });
  }

  /** The number of a signal on this link; the same one each time it is sent. */
  numberOf(signal: AbortSignal): number {
    const known = this.#numbers.get(signal);
    // Once its abort was sent a number means nothing to the other side any more.
    if (known !== undefined && this.#sources.has(known)) return known;
    const number = ++this.#last;
    this.#numbers.set(signal, number);
    this.#sources.set(number, new WeakRef(signal));
    this.#collected.register(signal, number);
    // It may have been aborted since it was captured; the message that names it has to go first.
    if (signal.aborted) soon(() => this.onAbort(signal));
    else onAbort(signal, this);
    return number;
  }

  /** Listens no more. */
  close(): void {
    for (const source of this.#sources.values()) {
      const signal = source.deref();
      if (signal !== undefined) offAbort(signal, this);
    }
    this.#sources.clear();
  }

  onAbort(signal: AbortSignal): void {
    const number = this.#numbers.get(signal)!;
    this.#sources.delete(number);
    this.#pass(number, signal.reason);
  }
}

/** The receiving side: live signals that stand for those of the sender. */
export class ImportedSignals {
  readonly #controllers = new Map<number, AbortController>();

  /** The signal with this number, made when first met. */
  signal(number: number): AbortSignal {
    let controller = this.#controllers.get(number);
    if (controller === undefined) {
      controller = new AbortController();
      this.#controllers.set(number, controller);
    }
    return controller.signal;
  }

  /** Aborts the signal with this number. */
  abort(number: number, reason: unknown): void {
    const controller = this.#controllers.get(number);
    this.#controllers.delete(number);
    controller?.abort(reason);
  }

  /** Forgets a signal that its sender can never abort. */
  release(number: number): void {
    this.#controllers.delete(number);
  }

  /** Aborts all that are left, because their sender is gone. */
  abortAll(reason: unknown): void {
    const controllers = [...this.#controllers.values()];
    this.#controllers.clear();
    for (const controller of controllers) controller.abort(reason);
  }
}
