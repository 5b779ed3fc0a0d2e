import {
  type Destination,
  STAYS_HERE,
  STAYS_HERE_PORTABLE,
} from "../../channels/packing/destination.ts";
import { copyErrorHere, copyHere, staysAsItIs } from "./copy_here.ts";
import type { Reply, StreamControl, StreamSink } from "./reply.ts";

/** Who waits on this thread. */
export interface LocalTarget {
  readonly settled: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Who reads a stream on this thread. */
type StreamTarget = LocalTarget & StreamSink;

/** Answers an actor or a program of the same thread. */
export class LocalReply implements Reply, StreamSink {
  readonly #target: LocalTarget | StreamTarget;
  isPortable = false;

  constructor(target: LocalTarget | StreamTarget) {
    this.#target = target;
  }

  get settled(): boolean {
    return this.#target.settled;
  }

  get stream(): StreamSink | undefined {
    return "deliver" in this.#target ? this : undefined;
  }

  resolve(value: unknown): void {
    const destination = this.#destination;
    if (staysAsItIs(value, destination)) return this.#target.resolve(value);
    try {
      this.#target.resolve(copyHere([value], "reply", "result", destination)[0]);
    } catch (refusal) {
      this.#target.reject(refusal);
    }
  }

  reject(error: unknown, isOwn = false): void {
    this.#target.reject(isOwn ? error : copyErrorHere(error, this.#destination));
  }

  deliver(value: unknown): void {
    const [copy] = copyHere([value], "stream value", "result", this.#destination);
    (this.#target as StreamTarget).deliver(copy);
  }

  get #destination(): Destination {
    return this.isPortable ? STAYS_HERE_PORTABLE : STAYS_HERE;
  }

  set onLeft(callback: (() => void) | null) {
    (this.#target as StreamTarget).onLeft = callback;
  }

  opened(source: StreamControl): void {
    (this.#target as StreamTarget).opened(source);
  }
}
