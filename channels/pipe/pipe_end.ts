import "../link/signal_relay.ts";
import { closedError } from "../packing/closed_error.ts";
import { Collected } from "../thread/collected.ts";
import {
  HANDLE,
  type HandleOutlet,
  type HandleToken,
  HERE,
  type Movable,
  registerHandle,
} from "../message/handle.ts";
import { iterate } from "../waits/iterate.ts";
import { ABANDON, itemOf } from "../message/abandon.ts";
import { isLineState, type LineState } from "../link/line.ts";
import { checkCame, isCount } from "../vocabulary/malformed.ts";
import type { Payload } from "../message/marker.ts";
import { PipeCore, type PipeState } from "./_core.ts";
import { readableFrom, writableTo } from "./_streams.ts";
import {
  asIteration,
  asResult,
  asValue,
  type Outcome,
  type ReceiveResult,
} from "../vocabulary/receive_result.ts";
import { SELECT, type Selection } from "../vocabulary/selectable.ts";
import { checkFits, partOf, roomIn } from "./_bytes.ts";
import type { ReceiveIntoOptions, SendBytesOptions } from "./byte_options.ts";
import { checkWait } from "../waits/limits.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

const collected = new Collected((core: PipeCore) => core.close());

/**
 * One end of a {@linkcode pipe}.
 *
 * What is sent here is received at the other end, in order, each item once. An end has one owner: to send it in a
 * message moves it, and every later use here rejects with `ChannelClosedError`
 * (`trySend()` resolves to `false`); a message that is refused gives it
 * back. An end that is being waited for cannot be sent.
 *
 * When the other end is closed, or its thread ends in whatever way, what it had sent is received first, then comes
 * the end: iteration ends, a receive rejects with `ChannelClosedError` (whose `cause` is a `HostLostError` when
 * nobody closed the end), and so does a send. An open end does not keep the program alive; a pending wait does.
 *
 * @example A question and its answer
 * ```ts
 * import { pipe } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const [client, server] = pipe<number, string>();
 * await client.send(7);
 * await server.send(`${await server.receive()} squared is 49`);
 * assertEquals(await client.receive(), "7 squared is 49");
 * client.close();
 * server.close();
 * ```
 *
 * @typeParam S What is sent here.
 * @typeParam R What is received here.
 */
export class PipeEnd<S, R> implements AsyncIterable<R>, Disposable, AsyncDisposable {
  /** Not there any more once the end was sent away. */
  #core: PipeCore | null;
  #readable: ReadableStream<R> | undefined;
  #writable: WritableStream<S> | undefined;
  #movable: Movable | undefined;

  /** Made by {@linkcode pipe}. */
  private constructor(core: PipeCore) {
    this.#core = core;
    collected.watch(this, core);
  }

  /** @ignore */
  static of<S, R>(core: PipeCore): PipeEnd<S, R> {
    return new PipeEnd(core);
  }

  /**
   * Sends a value; waits while the pipe is full.
   *
   * @param value Captured at the call, as in a message to an actor: copied, or moved with `transfer`. A buffer to be
   * moved is detached when the promise resolves; a send that fails leaves it here.
   * @throws {TypeError} when the value cannot be sent, by path.
   * @throws {ChannelClosedError} when this end is closed, or the other one is known to be; `value` holds
   * the item.
   * @throws {DOMException} `TimeoutError`, or the signal's reason; then nothing was sent.
   */
  send(value: S, options: WaitOptions = NO_LIMITS): Promise<void> {
    if (this.#core !== null) return this.#core.sending.send(value, options);
    return Promise.reject(closedError(SENDING, MOVED, { value }));
  }

  /**
   * Sends a value if there is room now. Resolves to whether it did; `false` also when this end is closed or was sent
   * away, or the other one is closed as far as is known here.
   *
   * @param value Captured at the call, also when it is not sent; then a buffer to be moved stays here.
   * @throws {TypeError} when the value cannot be sent, by path.
   */
  trySend(value: S): Promise<boolean> {
    return this.#core === null ? Promise.resolve(false) : this.#core.sending.trySend(value);
  }

  /**
   * Sends bytes, which arrive as a `Uint8Array` of their own.
   *
   * @param bytes The part that the options name is copied.
   * @throws {TypeError} when they are no bytes.
   * @throws {RangeError} when the range is not within the bytes.
   */
  sendBytes(
    bytes: ArrayBufferLike | ArrayBufferView,
    options: SendBytesOptions = {},
  ): Promise<void> {
    return this.#use(SENDING, async (core) => {
      checkWait(SENDING, options);
      await core.sending.send(partOf(bytes, options), options);
    }, { value: bytes });
  }

  /**
   * Takes the next item; waits while there is none.
   *
   * @throws {ChannelClosedError} when nothing is left and nothing can come any more.
   * @throws {DOMException} `TimeoutError`, or the signal's reason; then nothing was taken.
   */
  receive(options: WaitOptions = NO_LIMITS): Promise<R> {
    return this.#use(
      RECEIVING,
      (core) => core.receiving.receive(asValue as Outcome<R>, options),
    );
  }

  /**
   * Takes the next item if there is one now; what has come to this thread is seen, what is under way is not.
   *
   * @throws {ChannelClosedError} when the end was sent away.
   */
  tryReceive(): Promise<ReceiveResult<R>> {
    return this.#use(
      RECEIVING,
      (core) => core.receiving.receive(asResult as Outcome<ReceiveResult<R>>, { timeoutMs: 0 }),
    );
  }

  /**
   * Takes the next item, which must be bytes, into a buffer.
   *
   * @param target Where the bytes go; shared memory will do.
   * @returns How many bytes there were.
   * @throws {RangeError} when they do not fit; the item stays, to be received whole.
   * @throws {TypeError} when the item is not bytes, it stays; when the target is no buffer.
   * @throws {ChannelClosedError} as with `receive()`.
   */
  receiveInto(
    target: ArrayBufferLike | ArrayBufferView,
    options: ReceiveIntoOptions = {},
  ): Promise<number> {
    return this.#use(RECEIVING, async (core) => {
      checkWait(RECEIVING, options);
      const room = roomIn(target, options);
      const outcome: Outcome<number> = {
        ok(value) {
          room.set(value as Uint8Array);
          return (value as Uint8Array).byteLength;
        },
      };
      return await core.receiving.receive(outcome, options, (value) => checkFits(value, room));
    });
  }

  /**
   * Whether a receive would not wait: there is an item, or the end was reached.
   *
   * @param options How long to wait for it; without `timeoutMs` not at all.
   * @throws {DOMException} the signal's reason.
   */
  poll(options: WaitOptions = {}): Promise<boolean> {
    return this.#use("poll PipeEnd", async (core) => {
      checkWait("poll PipeEnd", options);
      const { signal, timeoutMs = 0 } = options;
      return timeoutMs === 0
        ? await core.receiving.isReady()
        : await core.receiving.poll({ signal, timeoutMs });
    });
  }

  /**
   * Closes this end: the other one receives what was sent, then the end, and its sends reject. What was not received
   * here is dropped.
   */
  close(): void {
    this.#core?.close();
  }

  /** The items as a stream, taken one at a time when asked for; to cancel it is to receive no more. */
  get readable(): ReadableStream<R> {
    return this.#readable ??= readableFrom<R>(() => this.#present("read from PipeEnd"));
  }

  /**
   * A stream whose chunks are sent, some ahead of what the other end has received; to close it is to send no more,
   * while items may still be received here.
   */
  get writable(): WritableStream<S> {
    return this.#writable ??= writableTo<S>(() => this.#present("write to PipeEnd"));
  }

  /** Takes one item at a time until the end. Leaving the loop loses none and closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<R, undefined> {
    return iterate(() =>
      this.#use(
        RECEIVING,
        (core) =>
          core.receiving.receive(asIteration as Outcome<IteratorResult<R, undefined>>, NO_LIMITS),
      )
    );
  }

  /** Closes this end. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes this end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return ["pipe", outlet.move(this.#moveTo((core) => core.move()))];
  }

  /** @ignore */
  [HERE](outlet: HandleOutlet): number {
    return outlet.move(this.#moveTo((core) => ({ value: new PipeEnd(core), transfers: [] })));
  }

  /** @ignore */
  [ABANDON](): void {
    this.close();
  }

  /** @ignore */
  [SELECT](): Selection {
    return this.#present("select PipeEnd").receiving;
  }

  #present(doing: string): PipeCore {
    if (this.#core !== null) return this.#core;
    throw closedError(doing, MOVED);
  }

  #moveTo(leave: (core: PipeCore) => ReturnType<Movable["move"]>): Movable {
    return this.#movable ??= {
      goesOnce: true,
      check: () => {
        if (this.#core === null) throw new Error("is a PipeEnd that was sent away before");
        this.#core.check();
      },
      move: () => {
        const core = this.#core!;
        this.#core = null;
        this.#movable = undefined;
        collected.forget(this);
        return leave(core);
      },
    };
  }

  #use<T>(
    doing: string,
    use: (core: PipeCore) => Promise<T>,
    unsent: { value?: unknown } = {},
  ): Promise<T> {
    if (this.#core !== null) return use(this.#core);
    return Promise.reject(closedError(doing, MOVED, unsent));
  }
}

const SENDING = "send to PipeEnd";
const RECEIVING = "receive from PipeEnd";
const NO_LIMITS: WaitOptions = {};
const MOVED = { why: "it was sent away" };

registerHandle("pipe", ([index], attachment) => {
  const came = attachment(index as number);
  checkCame(Array.isArray(came), "pipe");
  const [line, state, packed] = came as [LineState | null, PipeState, [Payload, unknown[]][]];
  checkCame(line === null || isLineState(line), "pipe");
  checkCame(typeof state?.id === "string" && isCount(state.capacity ?? 1, 1), "pipe");
  checkCame(Array.isArray(packed) && packed.every((item) => Array.isArray(item?.[1])), "pipe");
  const items = packed.map(([payload, attachments]) => itemOf(payload, attachments));
  return PipeEnd.of(PipeCore.arrive(line, state, items));
});
