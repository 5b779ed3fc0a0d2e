import type { WorkerKind } from "../vocabulary/options.ts";

/** A limit in milliseconds as JSON holds it: `Number()` of that is the limit. */
export type Limit = number | "Infinity";

/** A limit for another host: JSON makes `null` of `Infinity`, which says that there is none. */
export function limitFor(ms: number): Limit;
export function limitFor(ms: number | undefined): Limit | null;
export function limitFor(ms: number | undefined): Limit | null {
  return ms === Infinity ? "Infinity" : ms ?? null;
}

/** Where to start something: valid JSON. */
export interface PlaceRequest {
  readonly on: "any" | "own";
  /** For actors with a name. */
  readonly reservation: Reservation | null;
  readonly worker: WorkerKind | null;
  readonly permissions: unknown;
  readonly unresponsiveMs: Limit | null;
  /** How long the thread may take to start, when that is not what the system says. */
  readonly startTimeoutMs: Limit | null;
  /** How it is called in errors, when it has a name. */
  readonly label: string | null;
}

/** A name for an actor that is being started; the claim tells it from other starts with that name. Valid JSON. */
export interface Reservation {
  readonly name: string;
  readonly claim: string;
}

/** What other hosts ask host 0. */
export type Question =
  /** Chooses a host, reserves the name; answers with the host's index. */
  | readonly [kind: "place", request: PlaceRequest]
  /** Reserves a name. */
  | readonly [kind: "reserve", reservation: Reservation]
  /** The actor that the name is reserved for has started. */
  | readonly [kind: "name", reservation: Reservation, serial: number]
  /** The actor that the name is reserved for is not to start, or not any more: the name is free again. */
  | readonly [kind: "unclaim", reservation: Reservation]
  /** The actor has ended: its name is free again. */
  | readonly [kind: "release", name: string, serial: number]
  /** The name of an actor that was to start again, and did not, is free again. */
  | readonly [kind: "release-of", serial: number]
  /** Answers with host and serial, or `null`. */
  | readonly [kind: "find", name: string]
  /** Answers with the reason for the end of an actor whose host is gone, or `null`. */
  | readonly [kind: "reason", host: number, serial: number]
  /** Shuts the system down. */
  | readonly [kind: "shutdown", timeoutMs: Limit | null]
  /** An actor of a host that is lost was told to end: it is not to start again. */
  | readonly [kind: "ordered", host: number, serial: number]
  /** What came from a host cannot be handled, and why: it has to end. */
  | readonly [kind: "broken", host: number, why: string]
  /** Answers with a reference to the store. */
  | readonly [kind: "store"]
  /** Something that a durable actor has set will be due at a wall time in milliseconds. */
  | readonly [kind: "due", due: number]
  /** Answers with the definition of a kind of keyed actors. */
  | readonly [kind: "kind", name: string]
  /** Ends a host that does not answer, for the sake of one of its actors; `label` is how that is called in errors. */
  | readonly [kind: "condemn", host: number, victim: number, label: string];
