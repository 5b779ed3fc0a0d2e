import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { ActorStoppedError } from "../vocabulary/errors.ts";
import type { CellEnvironment } from "./environment.ts";
import type { Habits } from "../definition/habits.ts";
import type { Abandonable, Reply } from "./reply.ts";
import type { StreamSignals } from "./_stream_signals.ts";

/** One entry of a mailbox: a message for a handler, or a piece of the actor's own work (timers, streams). */
export class Item {
  /** Name of the handler, or what the work is called. */
  readonly label: string;
  readonly args: unknown[];
  readonly reply: Reply | null;
  /** Handlers that wait for this message, outermost first; `null` when it was sent outside any turn. */
  readonly chain: readonly string[] | null;
  /** The work; `null` for a message. */
  readonly work: (() => unknown) | null;
  next: Item | null = null;
  /** Where it is being handled, while it is. */
  cell: TurnOwner | null = null;
  /** Handlers that wait for each other, this one among them, once that shows. */
  circle: readonly string[] | null = null;
  /** Streams that its handler reads: they end with it when it is abandoned. One set for all turns of a generator. */
  streams: Set<Abandonable> | null = null;

  constructor(
    label: string,
    args: unknown[],
    reply: Reply | null,
    chain: readonly string[] | null,
    work: (() => unknown) | null = null,
  ) {
    this.label = label;
    this.args = args;
    this.reply = reply;
    this.chain = chain;
    this.work = work;
  }
}

/** What marks a message to a keyed actor; valid JSON. */
export interface Meta {
  /** Its id: who sends it again with the same id gets the same answer. */
  readonly once?: string;
  /** The alarm that it is, by its name and the time at which it was due. */
  readonly alarm?: readonly [name: string, due: number];
  /** Number of the post that it is. */
  readonly post?: number;
}

/** A marked message. In a class of its own, so that those without a mark are as small as they can be. */
export class MarkedItem extends Item {
  readonly meta: Meta;

  constructor(
    label: string,
    args: unknown[],
    reply: Reply | null,
    chain: readonly string[] | null,
    meta: Meta,
  ) {
    super(label, args, reply, chain);
    this.meta = meta;
  }
}

/** An entry for a message that may be marked. */
export function itemFor(
  label: string,
  args: unknown[],
  reply: Reply | null,
  chain: readonly string[] | null,
  meta: Meta | null,
): Item {
  return meta === null
    ? new Item(label, args, reply, chain)
    : new MarkedItem(label, args, reply, chain, meta);
}

/** A stream that an actor gives, as the actor sees it. */
export interface Source {
  /** Whether it was told and the actor drains. */
  readonly isDrained: boolean;
  /** The actor's incarnation ends. */
  abandon(): void;
}

/** The actor whose turns items are, as they see it, and what they bring forth: streams, results, refusals. */
export interface TurnOwner {
  readonly environment: CellEnvironment;
  readonly serial: number;
  /** Name or id, for errors. */
  readonly label: string;
  readonly ref: ActorRef<unknown>;
  readonly habits: Habits;
  /** Whether only one turn goes on at a time, so that waiting for a turn of its own never ends. */
  readonly isSequential: boolean;
  /** Whether it is to end once nothing waits any more. */
  readonly drains: boolean;
  /** The streams that go on. */
  readonly sources: Set<Source>;
  /** What the handlers of its streams were given to see that they are to end. */
  readonly streamSignals: StreamSignals | null;
  /** What the readers of its streams get when it ends. */
  readonly endOfStreams: ActorStoppedError;
  /** The handlers from one of another actor on that wait for this one to have time for them. */
  chainFrom(actor: string): readonly string[] | null;
  /**
   * Accepts work of the actor's own, for which there is always room until it is to end; whether it does.
   *
   * @param isPartOfMessage Whether a message is not handled before it is done: then also while the actor drains.
   */
  pushWork(item: Item, isPartOfMessage?: boolean): boolean;
  /** An async turn is over for the actor, whatever it still waits for; false when it is none. */
  release(item: Item): boolean;
  /** Reports a failure that nobody waits for. */
  reportError(handler: string, error: unknown): void;
}
