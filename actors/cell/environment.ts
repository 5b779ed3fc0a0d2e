import type { Clock } from "../../channels/thread/clock.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { ActorOptions } from "../vocabulary/options.ts";
import type { Observer } from "../vocabulary/observer.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import type { Child, Owner } from "./children.ts";
import type { Scheduler } from "./scheduler.ts";

/** An actor as the thread knows it that it lives on. */
export interface LocalActor extends Child {
  readonly serial: number;
  readonly options: ActorOptions;
  /** Who stops it: on this host, or the index of the host where it was started from. */
  readonly owner: Owner | number;
}

/** The events of the system. */
export interface Events {
  /** Reports one. */
  report<K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]): void;
  /** Reports a message that was not handled. */
  deadLetter(ref: ActorRef<unknown>, handler: string, why: string): void;
}

/** What an actor says of itself to all actors of its thread together. */
export interface Neighbours {
  /** Frees the name of an actor that has ended. */
  releaseName(name: string, serial: number): Promise<void>;
  /** An actor that another host has started is about to start again of its own budget. */
  startsAgain(owner: number, serial: number): void;
  /** An actor has come to its final end. */
  ended(actor: LocalActor, reason: ExitReason): void;
}

/** All that an actor needs of the thread that it lives on. */
export interface CellEnvironment {
  /** Index of the host. */
  readonly index: number;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Hears of what its actors do. */
  readonly observer: Observer | null;
  /** A reference to an actor of the system. */
  refOf(at: number, serial: number, name: string | undefined): ActorRef<unknown>;
  readonly reports: Events;
  /** The actors of the thread together. */
  readonly actors: Neighbours;
  /** An actor has ended that had to give up these of its children. */
  gaveUp(children: Child[]): void;
}
