/**
 * A carrier to which nothing is left but bytes, as between two processes.
 *
 * @module
 */
import type { Carrier } from "../../channels/link/carrier.ts";
import type { Batch } from "../../channels/link/protocol.ts";
import { fromBytes, type Part, Scratch, toBytes } from "../../channels/message/bytes.ts";
import type { Destination } from "../../channels/packing/destination.ts";

/** Over a link, as bytes. */
export const AS_BYTES: Destination = {
  stays: false,
  isText: true,
  passesAborts: true,
  refusal: "cannot be sent as bytes",
  reach: "process",
};

/** One end of a connection that carries bytes. */
export class ByteCarrier implements Carrier {
  readonly destination = AS_BYTES;
  /** What was sent from this end. */
  readonly sent: Uint8Array[] = [];
  readonly #scratch = new Scratch();
  #other: ByteCarrier | null = null;
  #receive: ((batch: unknown) => void) | null = null;

  /** Both ends. */
  static pair(): [ByteCarrier, ByteCarrier] {
    const [left, right] = [new ByteCarrier(), new ByteCarrier()];
    left.#other = right;
    right.#other = left;
    return [left, right];
  }

  listen(receive: (batch: unknown) => void): void {
    this.#receive = receive;
  }

  post(batch: Batch): boolean {
    const other = this.#other;
    if (other === null) return false;
    const [texts, attachments, modules] = typeof batch === "string" ? [[batch], [], []] : batch;
    const head = JSON.stringify([texts.length, modules]);
    const end = toBytes([head, ...texts, ...attachments as Part[]], this.#scratch, 0);
    const bytes = this.#scratch.bytes.slice(0, end);
    this.sent.push(bytes);
    setTimeout(() => other.arrive(bytes), 0);
    return true;
  }

  /** Bytes have come. */
  arrive(bytes: Uint8Array): void {
    this.#receive?.(batchOf(bytes));
  }

  /** The connection breaks: neither end is told. */
  break(): void {
    if (this.#other !== null) this.#other.#other = null;
    this.#other = null;
  }

  close(): void {
    this.#receive = null;
  }
}

function batchOf(bytes: Uint8Array): unknown {
  try {
    const [head, ...parts] = fromBytes(bytes);
    const [count, modules] = JSON.parse(head as string);
    return [parts.slice(0, count), parts.slice(count), modules];
  } catch {
    return null;
  }
}
