import type { Carrier } from "../../channels/link/carrier.ts";
import type { Batch } from "../../channels/link/protocol.ts";
import { type Destination, OVER_LINK } from "../../channels/packing/destination.ts";
import { postTo } from "../../channels/thread/port.ts";
import { realNow, soon } from "../../channels/vocabulary/kept.ts";
import { thread } from "../../channels/thread/thread.ts";
import { TEXT_RING_BYTES, TextRing } from "./_text_ring.ts";

// Time to look out for an answer: longer than a short handler and a switch of threads take.
const LOOK_OUT_MS = 0.05;
const LOOKS = 50;
// Number of vain looks in a row after which only each 2^n-th message is followed by one.
const MOST_VAIN = 7;

// Number of messages after which timers and I/O have their turn.
const MOST_AT_ONCE = 32;

/** Bytes of the memory of one link. */
export const PORT_BYTES: number = 2 * TEXT_RING_BYTES;

/** What goes by the port: a batch, and its number among all of them. */
type Numbered = readonly [number: number, batch: unknown];

/**
 * Carries batches that are texts through shared memory, and by a `MessagePort` all others and texts that find no room
 * there.
 *
 * Batches of both ways are numbered, and taken in that order.
 */
export class SharedCarrier implements Carrier {
  readonly #port: MessagePort;
  readonly #out: TextRing;
  readonly #in: TextRing;
  #sent = 0;
  #taken = 0;
  /** What came by the port before its turn. */
  readonly #early = new Map<number, unknown>();
  #receive: ((batch: unknown) => void) | null = null;
  #isOpen = true;
  #isPolling = false;
  #isLookingOut = false;
  /** How often in a row looking out was in vain. */
  #vain = 0;
  /** Number of messages to send before it looks out again. */
  #skips = 0;

  /** @param side 0 or 1: each end has another. */
  constructor(port: MessagePort, memory: SharedArrayBuffer, side: 0 | 1) {
    this.#port = port;
    this.#out = new TextRing(memory, side * TEXT_RING_BYTES);
    this.#in = new TextRing(memory, (1 - side) * TEXT_RING_BYTES);
  }

  get destination(): Destination {
    return OVER_LINK;
  }

  listen(receive: (batch: unknown) => void): void {
    this.#receive = receive;
    this.#port.onmessage = ({ data }) => {
      if (!Array.isArray(data)) return receive(null);
      const [number, batch] = data as unknown as Numbered;
      this.#early.set(number, batch ?? null);
      this.poll();
    };
    // Not before the code that sets this has run.
    soon(() => void this.#watch());
  }

  post(batch: Batch, transfers: readonly Transferable[]): boolean {
    const number = this.#sent;
    this.#sent = (number + 1) | 0;
    const hasLeft = typeof batch === "string" && this.#out.write(number, batch) ||
      postTo(this.#port, [number, batch] satisfies Numbered, transfers);
    this.#lookOut();
    return hasLeft;
  }

  /** Takes what is there; not while one of them is being handled, so that they stay in order. */
  poll(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      for (let left = MOST_AT_ONCE; left > 0; left--) {
        const batch = this.#next();
        if (batch === undefined) return;
        this.#taken = (this.#taken + 1) | 0;
        this.#receive!(batch);
        this.#lookOut();
      }
      thread().platform.clock.yieldTo(() => this.poll());
    } finally {
      this.#isPolling = false;
    }
  }

  /** The next batch, if it is there. */
  #next(): unknown {
    if (!this.#isOpen) return undefined;
    try {
      const text = this.#in.read(this.#taken);
      if (text !== null) return text;
    } catch {
      // The link ends.
      return null;
    }
    const batch = this.#early.get(this.#taken);
    this.#early.delete(this.#taken);
    return batch;
  }

  close(): void {
    this.#isOpen = false;
    // What comes now, and what came before its turn, goes to the code that closes: its turn will not come.
    this.#port.close();
    for (const batch of this.#early.values()) this.#receive?.(batch);
    this.#early.clear();
    // Ends the wait of this side.
    Atomics.notify(this.#in.words, 0);
  }

  /** An answer, or the next question, may come at once: looks out for it, unless that was in vain of late. */
  #lookOut(): void {
    if (this.#isLookingOut || this.#skips-- > 0) return;
    this.#isLookingOut = true;
    thread().platform.clock.yieldTo(() => {
      this.#isLookingOut = false;
      if (!this.#isOpen) return;
      const hasCome = this.#comesSoon();
      this.#vain = hasCome ? 0 : Math.min(MOST_VAIN, this.#vain + 1);
      this.#skips = 2 ** this.#vain - 1;
      if (hasCome) this.poll();
    });
  }

  #comesSoon(): boolean {
    const { words } = this.#in;
    const end = realNow() + LOOK_OUT_MS;
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (Atomics.load(words, 0) !== Atomics.load(words, 1)) return true;
      }
    } while (realNow() < end);
    return false;
  }

  async #watch(): Promise<void> {
    const { words } = this.#in;
    while (this.#isOpen) {
      Atomics.store(words, 2, 1);
      const seen = Atomics.load(words, 0);
      this.poll();
      const { async, value } = Atomics.waitAsync(words, 0, seen);
      if (async) await value;
      Atomics.store(words, 2, 0);
    }
  }
}
