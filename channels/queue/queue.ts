import "../link/signal_relay.ts";
import { Adoption } from "../vocabulary/adoption.ts";
import { iterate } from "../waits/iterate.ts";
import {
  HANDLE,
  type HandleOutlet,
  type HandleToken,
  HERE,
  registerHandle,
} from "../message/handle.ts";
import { ABANDON } from "../message/abandon.ts";
import { closedError } from "../packing/closed_error.ts";
import { Collected } from "../thread/collected.ts";
import { thread } from "../thread/thread.ts";
import { coreOf, HomeCore, type QueueCore, refuseConnection, RemoteCore } from "./_ends.ts";
import {
  asIteration,
  asResult,
  asValue,
  type Outcome,
  type ReceiveResult,
} from "../vocabulary/receive_result.ts";
import { checkCame, isCount, portIn } from "../vocabulary/malformed.ts";
import { SELECT, type Selection } from "../vocabulary/selectable.ts";
import { checkCount, checkOptions } from "../vocabulary/checks.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

export type { ReceiveResult };

/** Options for {@linkcode Queue}. */
export interface QueueOptions {
  /**
   * Most items held or under way before a sender has to wait, at least 1.
   *
   * @default {Infinity}
   */
  capacity?: number | undefined;
}

/** Options for {@linkcode Queue.close}. */
export interface QueueCloseOptions {
  /**
   * Drops what nobody has received yet.
   *
   * @default {false}
   */
  discard?: boolean | undefined;
}

/** What the `detail` of each event of a {@linkcode Queue} holds. */
export interface QueueEvents {
  /** A thread has ended, or left the queue, that had received `items` items and not called `done()` for them. */
  abandoned: {
    /** How many; `join()` counts them as done. */
    readonly items: number;
  };
}

/** Makes a handle on a queue that exists. */
const adoption = new Adoption<QueueCore>();

const collected = new Collected((core: QueueCore) => core.release());

/**
 * A channel with many senders and many receivers, in any threads.
 *
 * - **Delivery:** each item goes to exactly one receiver. The items of one sender keep their order. Receivers and
 *   senders that wait are served in the order in which they came, whatever thread they are on.
 * - **Capacity** is a hard bound for what is held and under way. A send resolves when its item has a place.
 * - **Values** are captured at the call, as in a message to an actor: copied, or moved with `transfer`. A buffer to
 *   be moved leaves when the item is accepted; a send that fails leaves it here.
 * - **Closing** is for all threads: sends reject, receives go on until the queue is empty.
 * - **Crashes:** what a dead thread had not taken goes to other receivers, possibly after later items of the same
 *   sender, and its waits are forgotten. An item that it took within its very last turn may be delivered again. When
 *   the thread that made the queue dies, every wait rejects with a `ChannelClosedError` whose `cause` is a
 *   `HostLostError`.
 *
 * A queue can be part of any message (with plain workers: `pack`), and what arrives is a handle on the same queue.
 * Disposing the queue that was made here closes it; disposing a received handle only releases that. An open queue
 * does not keep the program alive; a pending wait does.
 *
 * Cost: on the thread that made the queue none but the copy; elsewhere about one round trip for a send or receive by
 * itself, and far less in a loop, where slots and items are requested ahead.
 *
 * Events (`addEventListener`, on the thread that made the queue): see {@linkcode QueueEvents}.
 *
 * @example One producer, one consumer
 * ```ts
 * import { Queue } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const jobs = new Queue<number>({ capacity: 2 });
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
export class Queue<T> extends EventTarget implements AsyncIterable<T>, Disposable, AsyncDisposable {
  readonly #core: QueueCore;
  /** Whether this is the one that the queue was made with. */
  readonly #isOwner: boolean;
  #isReleased = false;

  /**
   * Makes an open, empty queue whose home is this thread.
   *
   * @throws {RangeError} when the capacity is not a whole number from 1 on, or `Infinity`.
   */
  constructor(options: QueueOptions = {}) {
    super();
    const core = adoption.take();
    this.#isOwner = core === null;
    this.#core = core ?? new HomeCore(checkCapacity(options), (items) => this.#tell(items));
    this.#core.retain();
    if (!this.#isOwner) collected.watch(this, this.#core);
  }

  /** Most items held or under way. */
  get capacity(): number {
    return this.#core.capacity;
  }

  /**
   * Sends an item; waits while the queue is full.
   *
   * Without awaiting it the item can be lost when the thread ends before there is room: a worker that ends in good
   * order waits for that up to `shutdownMs`, and up to half a second when its system shuts down.
   *
   * @param value Captured at the call. A buffer that it moves is detached when the promise resolves, not before.
   * @returns Resolves when the item has a place in the queue.
   * @throws {TypeError} when the value cannot be sent, by path.
   * @throws {ChannelClosedError} when the queue is closed, also while waiting; `value` holds the item.
   * @throws {DOMException} `TimeoutError`, or the signal's reason; then nothing was sent.
   */
  send(value: T, options: WaitOptions = NO_LIMITS): Promise<void> {
    if (this.#isReleased) return this.#refuse("send to Queue", { value });
    return this.#core.client.sender.send(value, options);
  }

  /** Sends an item if there is room now. Resolves to whether it did; `false` also when the queue is closed. */
  trySend(value: T): Promise<boolean> {
    if (this.#isReleased) return Promise.resolve(false);
    return this.#core.client.sender.trySend(value);
  }

  /**
   * Takes the next item; waits while there is none.
   *
   * A wait that is aborted or times out takes nothing. When the item was on its way the next receive gets it.
   *
   * @throws {ChannelClosedError} when the queue is closed and empty, also while waiting.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  receive(options: WaitOptions = NO_LIMITS): Promise<T> {
    return this.#receive(asValue as Outcome<T>, options);
  }

  /** Takes the next item if there is one now. */
  tryReceive(): Promise<ReceiveResult<T>> {
    return this.#receive(asResult as Outcome<ReceiveResult<T>>, { timeoutMs: 0 });
  }

  /**
   * How many items were not taken yet. Other threads can change that at any time.
   *
   * @throws {ChannelClosedError} when the thread that made the queue has ended.
   */
  size(): Promise<number> {
    return this.#isReleased ? this.#refuse("ask for the size of Queue") : this.#core.client.size();
  }

  /**
   * Marks one received item as done; {@linkcode Queue.join} resolves once all are.
   *
   * @throws {RangeError} when every item that was received is done already.
   */
  done(): Promise<void> {
    return this.#isReleased ? this.#refuse("mark item as done") : this.#core.client.done();
  }

  /**
   * Waits until as many items are done as were sent.
   *
   * Items that a thread had received but not marked as done when it ended count as done; the event `"abandoned"` says
   * how many.
   *
   * @throws {ChannelClosedError} when the thread that made the queue has ended.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  join(options: WaitOptions = {}): Promise<void> {
    return this.#isReleased ? this.#refuse("join Queue") : this.#core.client.join(options);
  }

  /** Closes the queue for all threads: sends reject from now on, receives once it is empty. */
  close(options: QueueCloseOptions = {}): void {
    checkOptions("close Queue", options);
    const { discard = false } = options;
    if (!this.#isReleased) this.#core.client.close(discard);
  }

  /** Takes one item at a time until the queue is closed and empty. Leaving the loop loses none. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return iterate(() =>
      this.#receive(asIteration as Outcome<IteratorResult<T, undefined>>, NO_LIMITS)
    );
  }

  /** Closes a queue that was made here; releases a handle that was received. */
  [Symbol.dispose](): void {
    if (this.#isReleased) return;
    if (this.#isOwner) return this.close();
    this.#isReleased = true;
    collected.forget(this);
    this.#core.release();
  }

  /** The same. */
  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Listens to an event of the queue. */
  override addEventListener<K extends keyof QueueEvents>(
    type: K,
    listener: ((event: CustomEvent<QueueEvents[K]>) => void) | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  /** Listens no more. */
  override removeEventListener<K extends keyof QueueEvents>(
    type: K,
    listener: ((event: CustomEvent<QueueEvents[K]>) => void) | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    const core = this.#core;
    if (this.#isReleased) throw new Error("is a Queue that was released here");
    const { id, capacity } = core;
    const limit = capacity === Infinity ? null : capacity;
    if (!core.isReachable) return ["queue", id, limit, -1, null];
    const move = () => {
      const { port1, port2 } = thread().platform.ports.channel();
      core.connect(port1);
      return { value: port2, transfers: [port2] };
    };
    // The handle stays while it can be sent once more.
    const again = () => this.#core.isReachable ? move() : { value: null, transfers: [] };
    return ["queue", id, limit, outlet.move({ check() {}, move, again }), core.homeLife];
  }

  /** @ignore */
  [HERE](outlet: HandleOutlet): number {
    if (this.#isReleased) throw new Error("is a Queue that was released here");
    return outlet.attach(handleOn(this.#core));
  }

  /** @ignore */
  [ABANDON](): void {
    this[Symbol.dispose]();
  }

  /** @ignore */
  [SELECT](): Selection {
    return this.#core.client;
  }

  #receive<R>(outcome: Outcome<R>, options: WaitOptions): Promise<R> {
    if (this.#isReleased) return this.#refuse("receive from Queue");
    return this.#core.client.receiver.receive(outcome, options);
  }

  #refuse(doing: string, unsent: { value?: T } = {}): Promise<never> {
    return Promise.reject(closedError(doing, { why: "this handle was released" }, unsent));
  }

  #tell(items: number): void {
    this.dispatchEvent(new CustomEvent("abandoned", { detail: { items } }));
  }
}

const NO_LIMITS: WaitOptions = {};

function checkCapacity(options: QueueOptions): number {
  checkOptions("create Queue", options);
  const { capacity = Infinity } = options;
  if (capacity !== Infinity) checkCount("create Queue", "capacity", capacity, 1);
  return capacity;
}

function handleOn(core: QueueCore): Queue<unknown> {
  return adoption.with(core, () => new Queue());
}

registerHandle("queue", ([id, limit, index, life], attachment) => {
  const capacity = limit as number ?? Infinity;
  checkCame(typeof id === "string" && (limit === null || isCount(limit, 1)), "queue");
  checkCame(life === null || typeof life === "string", "queue");
  // None for one that had ended.
  const came = index === -1 ? undefined : attachment(index as number) ?? undefined;
  const port = came === undefined ? undefined : portIn(came, "queue");
  const known = coreOf(id as string);
  if (known !== undefined) {
    if (port !== undefined) refuseConnection(port);
    return handleOn(known);
  }
  if (port !== undefined) return handleOn(new RemoteCore(id as string, capacity, port, life));
  // It had ended before it was sent.
  const ended = new HomeCore(capacity, () => {});
  ended.client.close(true);
  return handleOn(ended);
});
