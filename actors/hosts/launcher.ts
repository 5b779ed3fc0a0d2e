import type { Settings } from "../vocabulary/settings.ts";
import type { FarEnd } from "../messaging/lines.ts";
import type { WorkerKind } from "../vocabulary/options.ts";

/** What a worker is told when it starts. */
export interface WorkerInit {
  readonly systemId: string;
  readonly index: number;
  readonly isOwn: boolean;
  /** Number of the first actor to start here. */
  readonly firstSerial: number;
  /** Actors of a lost thread that will start again here, and the hosts that will start them. */
  readonly returning: ReadonlyMap<number, number>;
  readonly settings: Settings;
  /** Longest time without a heartbeat, in milliseconds. */
  readonly unresponsiveMs: number;
  /** Memory of the heartbeat, when somebody watches it. */
  readonly pulse: SharedArrayBuffer | null;
  /** Its link to host 0. */
  readonly line: FarEnd;
  /** Module of the transport, when the system has one. */
  readonly transportModule: string | null;
}

/** A worker that was started. */
export interface Launched {
  /** Tells the thread to end by itself once it has taken in all that was sent to it. */
  quit(): void;
  /** Ends the thread, as far as its kind can be ended. */
  terminate(): Promise<void>;
}

/** Starts workers of one kind. */
export interface Launcher {
  readonly kind: WorkerKind;
  /** Whether its workers can have fewer permissions than the program. */
  readonly keepsPermissions: boolean;
  /**
   * Starts a worker and hands its part to it.
   *
   * @param permissions All of the program's without.
   * @param onError Called when the thread reports that it failed.
   */
  start(
    init: WorkerInit,
    permissions: Deno.PermissionOptions | null,
    onError: (error: Error) => void,
  ): Launched;
}
