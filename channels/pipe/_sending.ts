import { draftOf, settle } from "../packing/capture.ts";
import { BY_OTHERS_AS_TEXT } from "../packing/destination.ts";
import { type Closed, closedError } from "../packing/closed_error.ts";
import { OwnWait, waitTimeout } from "../waits/wait.ts";
import { Fifo, type FifoNode } from "../waits/fifo.ts";
import { paced } from "../waits/paced.ts";
import type { Packet } from "../message/packet.ts";
import type { Draft } from "../packing/draft.ts";
import { addUnsent, removeUnsent } from "../waits/unsent.ts";
import { checkWait, limitWait } from "../waits/limits.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

const SENDING = "send to PipeEnd";

/** The pipes that a value is being captured for, outermost first: a getter of the value may send something itself. */
const capturing: string[] = [];

/** Whether a value is being captured for the pipe with this id. */
export function isCapturingFor(pipe: string): boolean {
  return capturing.includes(pipe);
}

/** A send that waits until the other end has taken more. */
interface WaitingSend {
  readonly wait: OwnWait<void>;
  readonly draft: Draft;
  readonly value: unknown;
}

/** The sending side of an end of a pipe: no more leaves than the capacity allows, in the order of the calls. */
export class PipeSending {
  /** Why nothing can be sent. */
  closed: Closed | null = null;
  /** Items sent and not reported as taken, while that is counted. */
  inFlight = 0;
  isCounting: boolean;
  readonly #pipe: string;
  readonly #capacity: number;
  readonly #post: (item: Packet) => void;
  readonly #waiting = new Fifo<WaitingSend>();
  /** Writers that wait until the other end has taken more. */
  readonly #writers = new Fifo<OwnWait<void>>();
  readonly #unsent = () => this.#waiting.head!.value.wait.promise;

  /** @param pipe The id of the pipe. */
  constructor(pipe: string, capacity: number, post: (item: Packet) => void) {
    this.#pipe = pipe;
    this.#capacity = capacity;
    this.#post = post;
    this.isCounting = capacity !== Infinity;
  }

  /** Whether something waits here. */
  get isBusy(): boolean {
    return this.#waiting.size + this.#writers.size > 0;
  }

  /** Sends a value, or waits until the other end has taken more. */
  send(value: unknown, options: WaitOptions): Promise<void> {
    try {
      return this.#send(value, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends a value if there is room now; says whether it did. */
  async trySend(value: unknown): Promise<boolean> {
    if (this.closed !== null) return false;
    const draft = this.#capture(value);
    // A getter of the value may have closed it, or sent something.
    if (this.closed !== null || !this.#hasRoom) return false;
    this.#accept(draft);
    await paced();
    return true;
  }

  get #hasRoom(): boolean {
    return this.inFlight < this.#capacity && this.#waiting.size === 0;
  }

  #send(value: unknown, options: WaitOptions): Promise<void> {
    checkWait(SENDING, options);
    if (this.closed !== null) throw closedError(SENDING, this.closed, { value });
    const draft = this.#capture(value);
    // A getter of the value may have closed it.
    if (this.closed !== null) throw closedError(SENDING, this.closed, { value });
    if (this.#hasRoom) {
      this.#accept(draft);
      return paced();
    }
    const node: FifoNode<WaitingSend> = this.#waiting.push({
      draft,
      value,
      wait: new OwnWait<void>(SENDING, "no room", () => {
        this.#waiting.remove(node);
        this.#noteUnsent();
      }),
    });
    const { wait } = node.value;
    this.#noteUnsent();
    if (options.timeoutMs === 0) wait.giveUp(waitTimeout(wait, 0));
    limitWait(wait, options);
    return wait.promise;
  }

  #capture(value: unknown): Draft {
    capturing.push(this.#pipe);
    try {
      return draftOf([value], BY_OTHERS_AS_TEXT, "message", "value");
    } finally {
      capturing.pop();
    }
  }

  #accept(draft: Draft): void {
    this.#post(settle(draft, "message", "value"));
    if (this.isCounting) this.inFlight++;
  }

  /** Resolves once fewer than `count` items are sent and not taken. */
  async belowInFlight(count: number): Promise<void> {
    while (this.inFlight >= count && this.closed === null) {
      const wait = new OwnWait<void>(SENDING, "no room", null);
      this.#writers.push(wait);
      limitWait(wait, {});
      await wait.promise;
    }
  }

  /** Items were taken: as many others may go. */
  onTaken(count: number): void {
    this.inFlight -= count;
    for (const wait of this.#writers.drain()) wait.resolve();
    while (this.#waiting.size > 0 && this.inFlight < this.#capacity) {
      const { wait, draft } = this.#waiting.shift()!;
      try {
        this.#accept(draft);
        wait.resolve();
      } catch (error) {
        wait.reject(error);
      }
    }
    this.#noteUnsent();
  }

  close(closed: Closed): void {
    this.closed ??= closed;
    for (const wait of this.#writers.drain()) wait.resolve();
    for (const { wait, value } of this.#waiting.drain()) {
      wait.reject(closedError(SENDING, closed, { value }));
    }
    this.#noteUnsent();
  }

  #noteUnsent(): void {
    if (this.#waiting.size > 0) addUnsent(this.#unsent);
    else removeUnsent(this.#unsent);
  }
}
