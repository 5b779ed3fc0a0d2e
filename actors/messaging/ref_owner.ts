import type { Deadlines } from "../../channels/waits/deadlines.ts";
import type { Cell } from "../cell/cell.ts";
import type { Meta } from "../cell/item.ts";
import type { Returning } from "../local/returning.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Observer } from "../vocabulary/observer.ts";
import type { WaitOptions } from "../vocabulary/options.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { Links } from "./links.ts";
import type { LostHosts } from "./lost_hosts.ts";
import type { To } from "./protocol.ts";
import type { Reports } from "./reports.ts";
import type { Requests } from "./requests.ts";

/** A reference as those see it who send through it. */
// deno-lint-ignore no-explicit-any -- one for all protocols
export interface Target extends ActorRef<any> {
  /** This thread's part of the system. */
  readonly host: RefOwner;
  /** Index of the host where the actor lives. */
  readonly at: number;
  /** Number of the actor there. */
  readonly serial: number;
  /** The actor there, in an envelope. */
  readonly to: To;
  /** Whether the actor is found by its key: its host is started when it is not there. */
  readonly isKeyed: boolean;
  readonly limits: WaitOptions;
  /** What marks the asks through it, if anything. */
  readonly meta: Meta | null;
  /** How it is called in errors. */
  readonly label: string;
  /** Whether the actor lives, or lived, on this thread. */
  readonly isHere: boolean;
  /** The actor, when it lives on this thread. A keyed one is activated. */
  readonly cell: Cell | undefined;
  /** The same, unless it is asleep. */
  readonly awake: Cell | undefined;
  /** Whether the work was put off, because it is not known yet what becomes of the actor, which is here. */
  defer(work: () => void): boolean;
  /** Why there is no such actor here. */
  refusal(doing: string): Error;
}

/** The keyed actors of one host, as those see them who bring messages. Ids are `kind/key`. */
export interface KeyedHere {
  /** An actor that is active. */
  awake(id: string): Cell | undefined;
  /** An actor, which is activated when it is not; `undefined` where its kind is not known yet, or cannot be. */
  cellOf(id: string): Cell | undefined;
  /** Whether the work was put off until the kind of an actor is known here, or is known to be unknown. */
  defer(id: string, work: () => void): boolean;
  /** A reference to an actor. */
  refTo(id: string): Target;
  /** Why there is no such actor. */
  refusal(id: string, doing: string): Error;
}

/** Ends actors wherever they are, and tells of their ends. */
export interface Control {
  /** Resolves when it has ended, to whether it did so by itself. */
  stop(ref: Target, drain: boolean): Promise<boolean>;
  terminate(ref: Target): Promise<void>;
  exited(ref: Target): Promise<ExitReason>;
  hasEnded(ref: Target): Promise<boolean>;
}

/** Holds back what turns send that are transactions, until it may leave. */
export interface OutputGate {
  /** Whether a message that is told now leaves later, if at all: with the commit of the turn that tells it. */
  holdsTell(ref: Target, handler: string, args: unknown[]): boolean;
  /**
   * Whether what is to be sent leaves later: when the turns before the one that sends it are committed.
   *
   * @param refuse Called instead when they cannot be.
   */
  holds(send: () => void, refuse: (error: unknown) => void): boolean;
}

/** What references, and what is sent through them, need of the host that they belong to. */
export interface RefOwner {
  readonly systemId: string;
  /** Of this host. */
  readonly index: number;
  readonly settings: Settings;
  readonly deadlines: Deadlines;
  readonly links: Links;
  readonly requests: Requests;
  readonly lost: LostHosts;
  /** Hears of what is sent from here. */
  readonly observer: Observer | null;
  readonly control: Control;
  /** The actors of this thread, by serial. */
  readonly cells: ReadonlyMap<number, Cell>;
  /** Actors of a lost thread that are to start again here. */
  readonly returning: Returning;
  /** `null` where no actor is durable. */
  readonly gate: OutputGate | null;
  /** The keyed actors whose shards are here. */
  readonly keyed: KeyedHere;
  refOf(at: number, serial: number, name: string | undefined): Target;
  /** The actors of this host together. */
  readonly actors: {
    /** A reference to one that has ended. */
    endedRef(serial: number): Target;
  };
  /** Whether the caller may not send any more. */
  refuses(): boolean;
  /** @throws {ActorStoppedError} when it may not. */
  checkOpen(doing: string): void;
  readonly reports: Reports;
}
