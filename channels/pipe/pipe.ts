import { Line } from "../link/line.ts";
import { thread } from "../thread/thread.ts";
import { PipeCore } from "./_core.ts";
import { PipeEnd } from "./pipe_end.ts";
import { checkCount, checkOptions } from "../vocabulary/checks.ts";

/** Options for {@linkcode pipe}. */
export interface PipeOptions {
  /**
   * Most items sent in one direction and not received before a sender has to wait, at least 1.
   *
   * @default {Infinity}
   */
  capacity?: number | undefined;
}

/** The type of {@linkcode pipe}. */
export interface PipeMaker {
  /** Makes a pipe with two ends that both send and receive. */
  <A, B = A>(options?: PipeOptions): [left: PipeEnd<A, B>, right: PipeEnd<B, A>];
  /** Makes a pipe with an end that only sends and one that only receives. */
  oneWay<T>(options?: PipeOptions): [sender: PipeEnd<T, never>, receiver: PipeEnd<never, T>];
}

/**
 * Makes a pipe: a direct channel between two threads, for exactly one user at each end.
 *
 * What one end sends the other one receives. Give one end away in a message, or both. Close both ends, or let the
 * threads end that have them.
 *
 * Cost: nothing goes by way of a third thread; items that are sent in a row share a message.
 *
 * @example One way
 * ```ts
 * import { pipe } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const [sender, receiver] = pipe.oneWay<string>();
 * await sender.send("hello");
 * await sender.send("world");
 * sender.close();
 * assertEquals(await Array.fromAsync(receiver), ["hello", "world"]);
 * ```
 *
 * @typeParam A What the left end sends.
 * @typeParam B What the right end sends.
 * @throws {RangeError} when the capacity is not a whole number from 1 on, or `Infinity`.
 */
export const pipe: PipeMaker = Object.assign(makePipe, { oneWay });

function makePipe<A, B = A>(options: PipeOptions = {}): [PipeEnd<A, B>, PipeEnd<B, A>] {
  const [left, right] = connect(options);
  return [PipeEnd.of<A, B>(left), PipeEnd.of<B, A>(right)];
}

function oneWay<T>(options: PipeOptions = {}): [PipeEnd<T, never>, PipeEnd<never, T>] {
  const [sender, receiver] = connect(options);
  sender.limit(true, false);
  sender.limitOther(false, true);
  receiver.limit(false, true);
  receiver.limitOther(true, false);
  return [PipeEnd.of<T, never>(sender), PipeEnd.of<never, T>(receiver)];
}

function connect(options: PipeOptions): [PipeCore, PipeCore] {
  checkOptions("create pipe", options);
  const { capacity = Infinity } = options;
  if (capacity !== Infinity) checkCount("create pipe", "capacity", capacity, 1);
  const [here, there] = Line.pair();
  const id = thread().platform.uuid();
  const left = new PipeCore(id, here, capacity);
  const right = new PipeCore(id, there, capacity);
  return [left, right];
}
