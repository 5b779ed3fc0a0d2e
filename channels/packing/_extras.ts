import type { Movable } from "../message/handle.ts";

/** What only some messages have; made when needed, because most have nothing of it. */
export class Extras {
  readonly attachments: unknown[] = [];
  readonly signals: AbortSignal[] = [];
  readonly moved = new Set<Transferable>();
  /** The lengths of resizable buffers when they were met, which the views in the message were made for. */
  readonly sizes = new Map<ArrayBuffer, number>();
  /** Buffers that were made for this message and that no other code has. */
  readonly own = new Set<unknown>();
  /** What is made when the message is accepted, by its index among the attachments. */
  readonly movables = new Map<number, Movable>();
  /** Modules that the receiving thread needs. */
  readonly modules = new Set<string>();
  /** Errors and instances whose own data is being captured, outermost first. */
  readonly open: object[] = [];

  /** Gives what forgets all that is added from now on. */
  checkpoint(): () => void {
    const { attachments, signals, moved, movables } = this;
    const { length: attached } = attachments;
    const { length: signalled } = signals;
    const { size } = moved;
    return () => {
      attachments.splice(attached);
      signals.splice(signalled);
      for (const buffer of [...moved].slice(size)) moved.delete(buffer);
      for (const index of [...movables.keys()]) if (index >= attached) movables.delete(index);
    };
  }
}
