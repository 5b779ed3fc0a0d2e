import type { Deadlines } from "../../channels/waits/deadlines.ts";
import type { Cell } from "../cell/cell.ts";
import type { Returning } from "../local/returning.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Observer } from "../vocabulary/observer.ts";
import type { WaitOptions } from "../vocabulary/options.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { Links } from "./links.ts";
import type { LostHosts } from "./lost_hosts.ts";
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
  readonly limits: WaitOptions;
  /** How it is called in errors. */
  readonly label: string;
  /** Whether the actor lives, or lived, on this thread. */
  readonly isHere: boolean;
  /** The actor, when it lives on this thread. */
  readonly cell: Cell | undefined;
}

/** Ends actors wherever they are, and tells of their ends. */
export interface Control {
  /** Resolves when it has ended, to whether it did so by itself. */
  stop(ref: Target, drain: boolean): Promise<boolean>;
  terminate(ref: Target): Promise<void>;
  exited(ref: Target): Promise<ExitReason>;
  hasEnded(ref: Target): Promise<boolean>;
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
