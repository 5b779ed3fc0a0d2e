import { StartArgs } from "../cell/start_args.ts";
import { checkPermissions } from "../hosts/launchers.ts";
import { Near, type Placement, PLACEMENTS } from "../hosts/placement.ts";
import { limitFor, type PlaceRequest, type Reservation } from "../messaging/questions.ts";
import { Ref } from "../messaging/ref.ts";
import type { ActorOptions, PlacementOptions } from "../vocabulary/options.ts";
import type { Runtime } from "./runtime.ts";

/** Where something is to start. */
export interface Spot {
  readonly at: number;
  /** Whether host 0 chose it, and wants to hear when it is over. */
  readonly counted: boolean;
}

/**
 * Captures the arguments of what is to start, where its options say.
 *
 * @throws {TypeError} when the options contradict each other, or an argument cannot cross: before anything has begun.
 */
export function startArgs(
  host: Runtime,
  options: PlacementOptions,
  args: unknown[],
  again: boolean,
): StartArgs {
  checkPlace(options);
  const placement = placementOf(host, options);
  const staysHere = !placement.needsHosts && placement.choose([], false) === host.index;
  return new StartArgs(args, staysHere, again);
}

/** @throws {TypeError} when the options contradict each other. */
function checkPlace({ on = "own", near, own }: PlacementOptions): void {
  if (own === undefined) return;
  if (near !== undefined) throw new TypeError("Cannot place: near and own exclude each other");
  if (on !== "own") throw new TypeError(`Cannot place: on: "${on}" and own exclude each other`);
  if (own.worker !== undefined) checkPermissions(own.worker, own.permissions ?? null);
}

/** Decides where something starts, and reserves a name. A promise when host 0 has to be asked. */
export function findSpot(
  host: Runtime,
  options: PlacementOptions & Pick<ActorOptions, "name" | "startTimeoutMs">,
  reservation: Reservation | null,
): Spot | Promise<Spot> {
  const placement = placementOf(host, options);
  if (!placement.needsHosts) {
    const spot = { at: placement.choose([], false)!, counted: false };
    if (reservation === null) return spot;
    return host.directory.ask(["reserve", reservation]).then(() => spot);
  }
  const request = requestFor(options, reservation);
  if (host.coordinator !== null && reservation === null) {
    return { at: host.coordinator.place(request), counted: true };
  }
  const chosen = host.directory.ask(["place", request]) as Promise<number>;
  return chosen.then((at) => ({ at, counted: true }));
}

/** @throws {TypeError} when it is to be near what is no actor of the system. */
function placementOf(host: Runtime, options: PlacementOptions): Placement {
  if (options.near !== undefined) return new Near(hostOf(host, options.near));
  const on = nameOf(options);
  if (on === "here" || on === "any" && host.coordinator?.isLocal) return host.here;
  return PLACEMENTS[on];
}

function nameOf({ on, own }: PlacementOptions): "any" | "here" | "own" {
  return on ?? (own === undefined ? "any" : "own");
}

function hostOf(host: Runtime, near: unknown): number {
  if (near instanceof Ref && near.host === host) return near.at;
  throw new TypeError(
    "Cannot place: near must be an ActorRef of the same system that is not keyed",
  );
}

function requestFor(
  options: PlacementOptions & Pick<ActorOptions, "name" | "startTimeoutMs">,
  reservation: Reservation | null,
): PlaceRequest {
  const { worker, permissions, unresponsiveMs } = options.own ?? {};
  return {
    on: nameOf(options) === "own" ? "own" : "any",
    reservation,
    worker: worker ?? null,
    permissions: permissions ?? null,
    unresponsiveMs: limitFor(unresponsiveMs),
    startTimeoutMs: limitFor(options.startTimeoutMs),
    label: options.name ?? null,
  };
}
