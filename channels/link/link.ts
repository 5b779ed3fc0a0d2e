import { readJson, soon } from "../vocabulary/kept.ts";
import { captureReason } from "../packing/capture.ts";
import { loadModules } from "../thread/own_modules.ts";
import { abandonBatch, abandonEnvelopes, abandonItem } from "../message/abandon.ts";
import type { Packet } from "../message/packet.ts";
import type { Payload } from "../message/marker.ts";
import { checkCame } from "../vocabulary/malformed.ts";
import { checkEnvelope, textsOf, unitsIn } from "../message/length.ts";
import { copiedUnits, copyRow } from "../packing/plain_copy.ts";
import { ThreadSlot } from "../thread/thread.ts";
import type { Carrier } from "./carrier.ts";
import { ABORT, type Batch, type Envelope, type LinkEnvelope, RELEASE } from "./protocol.ts";
import { type RevivalContext, revive } from "../message/revival.ts";
import {
  addRow,
  type Items,
  itemsOf,
  ROWS,
  type RowsEnvelope,
  rowsOf,
  type To,
} from "../message/rows.ts";
import { ExportedSignals, ImportedSignals } from "./_signals.ts";

/** Called with each envelope in the order sent, and with what is needed to revive its payloads. */
export type EnvelopeHandler<E extends Envelope> = (envelope: E, context: RevivalContext) => void;

// Bounds the work of one delivery; beyond some hundreds a longer batch saves nothing.
const MAX_BATCH = 256;
// Bounds the text of one delivery: a longer one saves nothing, and holds up what could be read already.
const MOST_UNITS = 2 ** 20;
// Number of microtasks without a new envelope that end the microtask run: an `await` takes one to three.
const IDLE_MICROTASKS = 3;
const NONE: readonly Transferable[] = [];

/** What was queued, ready to be posted. */
interface Sealed {
  readonly texts: readonly string[];
  readonly attachments: unknown[];
  readonly transfers: Transferable[];
  readonly modules: string[];
}

/** Links of this thread with envelopes that are not posted yet. */
const unposted = new ThreadSlot(() => new Set<{ flush(): void }>());

/** Posts what is queued on all links of this thread, before it blocks: nothing leaves meanwhile. */
export function flushLinks(): void {
  for (const link of unposted.here) link.flush();
}

/**
 * One end of a connection between two threads over a {@linkcode Carrier}.
 *
 * Envelopes are collected and posted together at the end of the microtask run (or earlier, when there are many), as
 * one JSON text: about a fifth of the cost of posting each by itself. Order is kept.
 */
export class Link<E extends Envelope = Envelope> {
  readonly #carrier: Carrier;
  readonly #onEnvelope: EnvelopeHandler<E>;
  readonly #onBroken: (error: unknown) => void;
  readonly #exported = new ExportedSignals(
    (number, reason) => this.#sendAbort(number, reason),
    (number) => this.#push([RELEASE, number]),
  );
  readonly #imported = new ImportedSignals();
  #batch: unknown[][] = [];
  #items = 0;
  /** How long the text of the batch may be, see `message/length.ts`. */
  #units = 0;
  /** Batches that are complete, and held back. */
  readonly #sealed: Sealed[] = [];
  #attachments: unknown[] = [];
  #transfers: Transferable[] = [];
  #modules: string[] = [];
  /** What has come in while a module that it needs is being loaded. */
  #waiting: Batch[] | null = null;
  #scheduled = false;
  #closed = false;
  #isHeld = false;
  #isBroken = false;
  #received = 0;

  /**
   * Starts to receive at once.
   *
   * @param onBroken Called once when something has come that cannot be handled, or cannot be posted: nothing more is
   * taken in then. Without it the error is thrown.
   */
  constructor(
    carrier: Carrier,
    onEnvelope: EnvelopeHandler<E>,
    onBroken: (error: unknown) => void = rethrow,
  ) {
    this.#carrier = carrier;
    this.#onEnvelope = onEnvelope;
    this.#onBroken = onBroken;
    carrier.listen((batch) => this.#guard(() => this.#receive(batch as Batch)));
  }

  #guard(work: () => void): void {
    if (this.#isBroken) return;
    try {
      work();
    } catch (error) {
      this.#isBroken = this.#onBroken !== rethrow;
      this.#onBroken(error);
    }
  }

  /** Number of batches taken in; `NaN`, which never equals itself, while some wait. */
  get received(): number {
    this.#carrier.poll?.();
    return this.#waiting === null ? this.#received : NaN;
  }

  /** Queues an envelope. A packet is the one whose payload is part of it. */
  send(envelope: E, packet?: Packet): void {
    if (this.#closed) return packet === undefined ? undefined : abandonItem(packet);
    this.#makeRoom(packet?.units ?? 0, unitsBeside(envelope, packet?.payload));
    if (packet !== undefined && !Array.isArray(packet.payload)) this.#adopt(packet);
    this.#push(envelope);
  }

  /**
   * Queues one more item of an envelope `[kind, to, name, ...items]`: the payload, after the `id` if there is one.
   * Items that follow each other under the same head share an envelope: that makes the text shorter, and reading it
   * a third cheaper.
   */
  sendItem(kind: E[0], to: To, name: string, packet: Packet, id?: number): void {
    if (this.#closed) return abandonItem(packet);
    const { payload, units = 0 } = packet;
    this.#makeRoom(units, typeof to === "string" ? name.length + to.length : name.length);
    if (!Array.isArray(payload)) this.#adopt(packet);
    if (!this.#join(kind, to, name, payload, id)) {
      this.#batch.push(
        id === undefined ? [kind, to, name, payload] : [kind, to, name, id, payload],
      );
    }
    this.#count();
  }

  /**
   * Queues values as one more item of the last envelope, if they have the same head and shape as the rows in it, and
   * are small and plain. That skips what `capture` does for all others.
   */
  sendRow(kind: E[0], to: To, name: string, values: readonly unknown[], id?: number): boolean {
    const last = this.#batch.at(-1);
    if (last === undefined || last[0] !== ROWS || this.#closed) return false;
    const rows = last as RowsEnvelope;
    if (rows[1] !== kind || rows[2] !== to || rows[3] !== name) return false;
    const row = copyRow(values, rows[5]);
    // A getter may have sent something itself.
    if (row === null || rows !== this.#batch.at(-1)) return false;
    const units = copiedUnits();
    if (this.#units + units > MOST_UNITS) return false;
    this.#units += units;
    if (id !== undefined) rows.push(id);
    for (let index = 0; index < row.length; index++) rows.push(row[index]);
    this.#count();
    return true;
  }

  /** Adds an item to the last envelope, if that has the same head. */
  #join(kind: number, to: To, name: string, payload: Payload, id: number | undefined): boolean {
    const last = this.#batch.at(-1);
    if (last === undefined) return false;
    if (last[0] === ROWS) {
      const rows = last as RowsEnvelope;
      return rows[1] === kind && rows[2] === to && rows[3] === name && addRow(rows, payload, id);
    }
    if (last[0] !== kind || last[1] !== to || last[2] !== name) return false;
    const rows = rowsOf(last as Items, payload, id);
    if (rows !== null) this.#batch[this.#batch.length - 1] = rows;
    else if (id === undefined) last.push(payload);
    else last.push(id, payload);
    return true;
  }

  /** Posts nothing until {@linkcode Link.release}. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Posts what was held back. */
  release(): void {
    this.#isHeld = false;
    this.flush();
  }

  /** Posts what is queued. */
  flush(): void {
    if (!this.#isHeld) this.#guard(() => this.#postAll());
  }

  #postAll(): void {
    if (this.#sealed.length > 0) {
      for (const batch of this.#sealed.splice(0)) this.#post(batch);
    }
    if (this.#batch.length > 0) this.#post(this.#seal());
  }

  /** Ends the batch before one more message, and what goes beside it, would make its text too long. */
  #makeRoom(inside: number, beside: number): void {
    checkEnvelope(beside);
    const units = inside + beside;
    if (this.#units + units > MOST_UNITS && this.#batch.length > 0) {
      if (this.#isHeld) this.#sealed.push(this.#seal());
      else this.flush();
    }
    this.#units += units;
  }

  /** Takes out what is queued. */
  #seal(): Sealed {
    const texts = textsOf(this.#batch);
    const attachments = this.#attachments;
    const transfers = this.#transfers;
    const modules = this.#modules;
    this.#batch = [];
    this.#items = 0;
    this.#units = 0;
    if (attachments.length > 0 || modules.length > 0) {
      this.#attachments = [];
      this.#transfers = [];
      this.#modules = [];
    }
    return { texts, attachments, transfers, modules };
  }

  #post({ texts, attachments, transfers, modules }: Sealed): void {
    if (attachments.length === 0 && modules.length === 0) {
      for (const text of texts) this.#carrier.post(text, NONE);
      return;
    }
    const batch: Batch = [texts, attachments, modules];
    if (!this.#carrier.post(batch, transfers)) abandonBatch(texts, attachments);
  }

  /** Posts what is queued and closes the carrier. The signals of the other side are aborted with `reason`. */
  close(reason: unknown): void {
    if (this.#closed) return;
    this.leave();
    this.#carrier.close();
    this.#imported.abortAll(reason);
  }

  /** Posts what is queued, and is not used any more; the carrier stays open. */
  leave(): void {
    this.release();
    this.#closed = true;
    this.#exported.close();
  }

  /** Takes out what has come in and waits for a module, when others are to have it. */
  takeUnread(): Batch[] {
    return this.#waiting?.splice(0) ?? [];
  }

  #adopt({ payload, attachments, transfers, signals }: Packet): void {
    if (Array.isArray(payload)) return;
    if (payload.modules !== undefined) this.#modules.push(...payload.modules);
    if (signals.length > 0) {
      payload.signals = signals.map((signal) => this.#exported.numberOf(signal));
    }
    if (attachments.length > 0) {
      payload.attachmentBase = this.#attachments.length;
      payload.attachmentCount = attachments.length;
      for (const attachment of attachments) this.#attachments.push(attachment);
      for (const transfer of transfers) this.#transfers.push(transfer);
    }
  }

  #push(envelope: Envelope): void {
    if (this.#closed) return;
    this.#batch.push(envelope as unknown as unknown[]);
    this.#count();
  }

  #count(): void {
    const items = ++this.#items;
    if (items >= MAX_BATCH && !this.#isHeld) return this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    unposted.here.add(this);
    soon(() => this.#flushWhenIdle(items));
  }

  /** Puts the flush off while the microtask run goes on adding. */
  #flushWhenIdle(before: number, idle = 0): void {
    const items = this.#items;
    if (items !== before) idle = 0;
    if (idle < IDLE_MICROTASKS) return soon(() => this.#flushWhenIdle(items, idle + 1));
    this.#scheduled = false;
    unposted.here.delete(this);
    this.flush();
  }

  #receive(batch: Batch): void {
    checkCame(isBatch(batch), "batch");
    if (this.#waiting !== null) return void this.#waiting.push(batch);
    const loading = typeof batch === "string" ? null : loadModules(batch[2]);
    if (loading === null) return this.#take(batch);
    this.#waiting = [batch];
    void loading.then(() => {
      const waiting = this.#waiting!;
      this.#waiting = null;
      this.#guard(() => {
        for (const batch of waiting) this.#receive(batch);
      });
    });
  }

  #take(batch: Batch): void {
    this.#received++;
    const isText = typeof batch === "string";
    // One that was under way when the link was closed.
    if (this.#closed) return isText ? undefined : abandonBatch(batch[0], batch[1]);
    const context: RevivalContext = {
      attachments: isText ? [] : batch[1],
      signal: (number) => this.#imported.signal(number),
    };
    for (const text of isText ? [batch] : batch[0]) this.#read(text, context);
  }

  #read(text: string, context: RevivalContext): void {
    const envelopes = readJson(text) as (E | LinkEnvelope)[];
    for (let index = 0; index < envelopes.length; index++) {
      const envelope = envelopes[index]!;
      // A handler may have closed it.
      if (this.#closed || this.#isBroken) {
        return abandonEnvelopes(envelopes.slice(index), context.attachments);
      }
      if (envelope[0] < 0) this.#control(envelope as LinkEnvelope, context);
      else this.#onEnvelope(envelope as E, context);
    }
  }

  #control(envelope: LinkEnvelope, context: RevivalContext): void {
    switch (envelope[0]) {
      case ABORT:
        return this.#imported.abort(envelope[1], reviveReason(envelope[2], context));
      case RELEASE:
        return this.#imported.release(envelope[1]);
      case ROWS:
        return this.#onEnvelope(itemsOf(envelope) as unknown as E, context);
    }
  }

  #sendAbort(number: number, reason: unknown): void {
    const packet = captureReason(reason, this.#carrier.destination);
    if (!Array.isArray(packet.payload)) this.#adopt(packet);
    this.#push([ABORT, number, packet.payload]);
  }
}

/** Whether it is laid out as one. What is wrong inside comes up when it is read. */
function isBatch(came: unknown): came is Batch {
  return typeof came === "string" ||
    Array.isArray(came) && came.length === 3 && came.every(Array.isArray);
}

function rethrow(error: unknown): never {
  throw error;
}

/** The characters of an envelope outside of its payload, and what its values count. */
function unitsBeside(envelope: Envelope, payload: unknown): number {
  let units = 0;
  for (let index = 1; index < envelope.length; index++) {
    const part = envelope[index];
    if (part !== payload && typeof part !== "number") units += unitsIn(part);
  }
  return units;
}

function reviveReason(payload: Payload, context: RevivalContext): unknown {
  try {
    return revive(payload, context)[0];
  } catch (error) {
    // As above: an abort arrives, with whatever reason.
    return error;
  }
}
