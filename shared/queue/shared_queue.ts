import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import { checkCount, checkSignal } from "../../channels/vocabulary/checks.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import { thread, ThreadSlot } from "../../channels/thread/thread.ts";
import { ChannelClosedError } from "../../channels/vocabulary/errors.ts";
import type { ReceiveResult } from "../../channels/queue/queue.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { blockingLimit, blockOrThrow } from "../words/blocking.ts";
import { hasLine, parkOrThrow } from "../words/parking.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import { DONE, HEAD, Ring, RING_CLOSED, ringBytes, TAIL } from "./_ring.ts";
import { encodeItem, outgoing } from "./_item.ts";
import { EMPTY, type Received, RingReader } from "./_reader.ts";
import { ReceiveWait, SendWait } from "./_waits.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";

/** Options for {@linkcode SharedQueue}. */
export interface SharedQueueOptions {
  /**
   * Most items held before a sender has to wait, at least 1. Each needs 4 bytes beside its own.
   *
   * @default {byteLength / 16}
   */
  capacity?: number | undefined;
  /**
   * Bytes for the items, at least 16; the largest item that can be sent.
   *
   * @default {1048576}
   */
  byteLength?: number | undefined;
}

/** Options for {@linkcode SharedQueue.close}. */
export interface SharedQueueCloseOptions {
  /**
   * Drops what nobody has received yet.
   *
   * @default {false}
   */
  discard?: boolean | undefined;
}

const DEFAULT_BYTES = 2 ** 20;
const MOST_BYTES = 2 ** 30;
/** Bytes of a small item: what the default of `capacity` reckons with. */
const SMALL_ITEM = 16;

const adoption = new Adoption<SharedArrayBuffer>();

/**
 * A channel with many senders and many receivers in any threads, by way of a ring of bytes in shared memory: a
 * `Queue` for many small items, whose waits can also block.
 *
 * - **Verbs** are those of a `Queue`. `send()` and `receive()` wait for a promise, `sendSync()` and `receiveSync()` block
 *   the thread. `trySend()`, `tryReceive()` and `size()` only look at memory, so they return at once: `await` them where
 *   either kind of queue will do.
 * - **Delivery:** each item goes to exactly one receiver, and the items of one sender keep their order (a blocking send
 *   does not wait behind async ones of the same thread). Waits of one thread are served in the order in which they
 *   came; among threads whoever is first.
 * - **Bounds:** items and bytes. An item that is larger than the ring is refused.
 * - **Values** are captured at the call and cross as bytes: plain data, dates, maps, buffers and so on are copied.
 *   What has an identity (shared memory, channels, signals) or has to be moved is refused by path: use a `Queue`.
 * - **Closing** is for all threads: sends reject, receives go on until the queue is empty.
 * - **Crashes:** the queue has no home thread. One that ends in the middle of a send has sent nothing, the others go on
 *   within two seconds. What it had received is lost with it. Nobody is told that all senders have ended.
 *
 * It can be part of any message, and what arrives is a handle on the same queue. Disposing the queue that was made here
 * closes it; disposing a received handle only releases that. A pending async wait keeps the program alive.
 *
 * Cost: one to two microseconds for a small object on each side, no message. A wait that is woken takes ten to twenty.
 * After each thousand items a loop lets the other work of its thread run.
 *
 * Layout, order of memory and source of the algorithm: `shared/queue/_ring.ts`.
 *
 * @example One producer, one consumer
 * ```ts
 * import { SharedQueue } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const jobs = new SharedQueue<number>({ capacity: 2 });
 * const produced = (async () => {
 *   for (let job = 1; job <= 5; job++) await jobs.send(job);
 *   jobs.close();
 * })();
 *
 * const consumed: number[] = [];
 * for await (const job of jobs) consumed.push(job);
 * await produced;
 * assertEquals(consumed, [1, 2, 3, 4, 5]);
 * ```
 *
 * @typeParam T The type of the items.
 */
export class SharedQueue<T> implements AsyncIterable<T>, Disposable, AsyncDisposable {
  /** Most items held. */
  readonly capacity: number;
  /** Bytes for the items. */
  readonly byteLength: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #ring: Ring;
  readonly #reader: RingReader;
  readonly #isOwner: boolean;
  #isReleased = false;

  /**
   * Makes an open, empty queue.
   *
   * @throws {RangeError} when an option is out of its range, or there is not so much memory.
   */
  constructor(options: SharedQueueOptions = {}) {
    const { byteLength = DEFAULT_BYTES } = options;
    checkCount("create SharedQueue", "byteLength", byteLength, SMALL_ITEM);
    const { capacity = Math.ceil(byteLength / SMALL_ITEM) } = options;
    checkCount("create SharedQueue", "capacity", capacity, 1);
    if (Math.max(byteLength, capacity) > MOST_BYTES) {
      throw new RangeError("Cannot create SharedQueue: it is larger than 2 ** 30");
    }
    this.capacity = capacity;
    this.byteLength = byteLength;
    const memory = adoption.take();
    this.#isOwner = memory === null;
    this.#buffer = memory ?? new SharedArrayBuffer(ringBytes(capacity, byteLength));
    this.#ring = new Ring(this.#buffer, capacity, byteLength);
    this.#reader = new RingReader(this.#ring);
  }

  /**
   * Sends an item; waits while there is no room for it.
   *
   * @throws {TypeError} when the value cannot be sent as bytes, by path.
   * @throws {RangeError} when it is larger than the ring, in bytes.
   * @throws {ChannelClosedError} when the queue is closed, also while waiting; `value` holds the item.
   * @throws {DOMException} `TimeoutError`, or the signal's reason; then nothing was sent.
   */
  send(value: T, options: WaitOptions = NO_LIMITS): Promise<void> {
    const ring = this.#ring;
    try {
      const length = this.#encode(value);
      checkSignal("send to SharedQueue", options.signal);
      options.signal?.throwIfAborted();
      if (!hasLine(ring.words, HEAD) && ring.put(outgoing.bytes, length) === DONE) {
        return soon(undefined);
      }
      if (ring.isClosed) throw this.#closed("send to", value);
      return this.#sendLater(value, outgoing.bytes.slice(0, length), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends an item if there is room now, without a wait of any kind. Returns whether it did; `false` also when the queue
   * is closed.
   *
   * @throws {TypeError} when the value cannot be sent as bytes, by path.
   * @throws {RangeError} when it is larger than the ring, in bytes.
   */
  trySend(value: T): boolean {
    if (this.#isReleased) return false;
    const length = this.#encode(value);
    return !hasLine(this.#ring.words, HEAD) && this.#ring.put(outgoing.bytes, length) === DONE;
  }

  /**
   * Sends an item; blocks the thread while there is no room for it.
   *
   * @throws {TypeError} when the value cannot be sent as bytes, by path.
   * @throws {RangeError} when it is larger than the ring, in bytes.
   * @throws {ChannelClosedError} when the queue is closed, also while waiting; `value` holds the item.
   * @throws {DOMException} `TimeoutError`; then nothing was sent.
   */
  sendSync(value: T, options: BlockingWaitOptions = NO_LIMITS): void {
    const length = this.#encode(value);
    const timeoutMs = blockingLimit("send to SharedQueue", options);
    const outcome = this.#ring.put(outgoing.bytes, length);
    if (outcome === DONE) return;
    if (outcome === RING_CLOSED) throw this.#closed("send to", value);
    const wait = new SendWait(this.#ring, outgoing.bytes.slice(0, length));
    blockOrThrow(wait, timeoutMs);
    if (wait.isClosed) throw this.#closed("send to", value);
  }

  /**
   * Takes the next item; waits while there is none. A wait that is aborted or times out takes nothing.
   *
   * @throws {ChannelClosedError} when the queue is closed and empty, also while waiting.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  receive(options: WaitOptions = NO_LIMITS): Promise<T> {
    const received = options === NO_LIMITS ? this.#receiveNow() : EMPTY;
    if (received.state === "ok") return soon(received.value as T);
    return this.#receiveLater(received, options).then((later) => this.#valueOf(later));
  }

  /**
   * Takes the next item if there is one now, without a wait of any kind.
   *
   * @throws {ChannelClosedError} when this handle was released.
   */
  tryReceive(): ReceiveResult<T> {
    this.#checkHeld("receive from");
    return intact(this.#reader.next()) as ReceiveResult<T>;
  }

  /**
   * Takes the next item; blocks the thread while there is none.
   *
   * @throws {ChannelClosedError} when the queue is closed and empty, also while waiting.
   * @throws {DOMException} `TimeoutError`.
   */
  receiveSync(options: BlockingWaitOptions = NO_LIMITS): T {
    this.#checkHeld("receive from");
    const timeoutMs = blockingLimit("receive from SharedQueue", options);
    if (timeoutMs > 0) this.#spin();
    const received = this.#reader.next();
    if (received.state !== "empty") return this.#valueOf(received);
    const wait = new ReceiveWait(this.#ring, this.#reader);
    blockOrThrow(wait, timeoutMs);
    return this.#valueOf(wait.received);
  }

  /**
   * How many items nobody has taken yet; it may change at any time.
   *
   * @throws {ChannelClosedError} when this handle was released.
   */
  size(): number {
    this.#checkHeld("ask for the size of");
    return this.#ring.size;
  }

  /** Closes the queue for all threads: sends reject from now on, receives once it is empty. */
  close({ discard = false }: SharedQueueCloseOptions = {}): void {
    if (!this.#isReleased) this.#ring.close(discard);
  }

  /** Takes one item at a time until the queue is closed and empty. Leaving the loop loses none. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    let isLeft = false;
    const done = { done: true, value: undefined } as const;
    return {
      next: () => {
        if (isLeft) return Promise.resolve(done);
        const received = this.#receiveNow();
        if (received.state === "ok") return soon({ done: false, value: received.value as T });
        return this.#receiveLater(received, NO_LIMITS).then((later) => {
          return later.state === "closed" ? done : { done: false, value: this.#valueOf(later) };
        });
      },
      return() {
        isLeft = true;
        return Promise.resolve(done);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Closes a queue that was made here; releases a handle that was received. */
  [Symbol.dispose](): void {
    if (this.#isOwner) return this.close();
    this.#isReleased = true;
  }

  /** The same. */
  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    if (this.#isReleased) throw new Error("is a SharedQueue that was released here");
    return ["shared.queue", this.capacity, this.byteLength, outlet.attach(this.#buffer)];
  }

  #encode(value: T): number {
    if (this.#isReleased) throw this.#closed("send to", value);
    const length = encodeItem(value);
    if (length <= this.byteLength) return length;
    throw new RangeError(
      `Cannot send to SharedQueue: the item has ${length} bytes, the ring ${this.byteLength}`,
    );
  }

  async #sendLater(value: T, item: Uint8Array, options: WaitOptions): Promise<void> {
    const wait = new SendWait(this.#ring, item);
    await parkOrThrow(wait, options);
    if (wait.isClosed) throw this.#closed("send to", value);
  }

  /** The next item if it may be taken without a wait. */
  #receiveNow(): Received {
    if (this.#isReleased || hasLine(this.#ring.words, TAIL)) return EMPTY;
    this.#spin();
    return this.#reader.next();
  }

  async #receiveLater(now: Received, options: WaitOptions): Promise<Received> {
    this.#checkHeld("receive from");
    if (now.state !== "empty") return now;
    checkSignal("receive from SharedQueue", options.signal);
    options.signal?.throwIfAborted();
    const wait = new ReceiveWait(this.#ring, this.#reader);
    await parkOrThrow(wait, options);
    return wait.received;
  }

  /** Looks for an item for some microseconds, which is cheaper than to sleep and be woken. */
  #spin(): void {
    for (let left = SPINS; left > 0 && !this.#ring.isReady; left--);
  }

  #valueOf(received: Received): T {
    const { state } = intact(received);
    if (state !== "ok") throw this.#closed("receive from");
    return (received as { value: T }).value;
  }

  #checkHeld(doing: string): void {
    if (this.#isReleased) throw this.#closed(doing);
  }

  #closed(doing: string, ...unsent: [value?: T]): ChannelClosedError {
    const why = this.#isReleased ? "this handle was released" : "it is closed";
    const options = unsent.length === 0 ? {} : { value: unsent[0] };
    return new ChannelClosedError(`Cannot ${doing} SharedQueue: ${why}`, options);
  }
}

const NO_LIMITS: WaitOptions = {};

// Measured: a sender that keeps up puts the next item within that time.
const SPINS = 500;

// A loop that never has to wait would not let timers and messages of its thread have their turn.
const STREAK = 1000;
const pace = new ThreadSlot(() => ({ streak: 0 }));

/** Resolves at once, or after the thread's other work when that has not had its turn for long. */
function soon<R>(value: R): Promise<R> {
  const mine = pace.here;
  if (++mine.streak < STREAK) return Promise.resolve(value);
  mine.streak = 0;
  return new Promise((resolve) => thread().platform.clock.yieldTo(() => resolve(value)));
}

/** @throws what came up when the item was decoded. */
function intact(received: Received): ReceiveResult<unknown> {
  if (received.state === "broken") throw received.error;
  return received;
}

registerShared("shared.queue", ([capacity, byteLength, index], attachment) => {
  const memory = memoryIn(attachment(index as number));
  checkCame(isCount(capacity, 1) && isCount(byteLength, SMALL_ITEM), "SharedQueue");
  checkCame(ringBytes(capacity, byteLength) <= memory.byteLength, "SharedQueue");
  return adoption.with(memory, () => new SharedQueue({ capacity, byteLength }));
});
