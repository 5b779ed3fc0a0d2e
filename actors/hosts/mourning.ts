import { drain } from "../../channels/thread/life.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import type { Carrier } from "../../channels/link/carrier.ts";
import type { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { Cell } from "../cell/cell.ts";
import type { Orders } from "../local/orders.ts";
import type { Returning } from "../local/returning.ts";
import type { Links } from "../messaging/links.ts";
import { again } from "../messaging/loss.ts";
import type { LostHosts } from "../messaging/lost_hosts.ts";
import type { Culprit, Mourning } from "../messaging/protocol.ts";
import type { Requests } from "../messaging/requests.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { ChildrenAbroad } from "./children_abroad.ts";

/** What of a host is touched by the loss of another one. */
export interface Mourner {
  readonly clock: Clock;
  readonly lost: LostHosts;
  readonly links: Links;
  readonly requests: Requests;
  readonly orders: Orders;
  readonly abroad: ChildrenAbroad;
  readonly cells: ReadonlyMap<number, Cell>;
  /** Actors of a lost thread that are to start again here. */
  readonly returning: Returning;
  readonly actors: {
    /** An actor that was to start again here will not. */
    forgo(serial: number, reason: ExitReason): void;
  };
}

/*
 * The loss of a host, as each of the others handles it. What the leader does is in `_losses.ts`:
 *
 * | step | leader                                      | each host                                             |
 * | ---- | ------------------------------------------- | ----------------------------------------------------- |
 * | 1    | notices it, says HOST_LOST                  | `lose`: ends what waits for it, and what it started   |
 * | 2    |                                             | says MOURNED: who is to start again, who was to end   |
 * | 3    | has heard all: starts a new thread, or not  |                                                       |
 * | 4    | says HOST_BACK, or HOST_GONE                | `forgo` and `decide`: does what was put off           |
 */

/**
 * A host has ended: everything that waits for it ends too, and what was started from there.
 *
 * @returns What is known here of the actors on it, once nothing of the old ones is left here.
 */
export async function lose(
  host: Mourner,
  at: number,
  error: HostLostError,
  culprit: Culprit | null,
): Promise<Mourning> {
  const { clock, lost, links, requests, orders, abroad, cells } = host;
  if (!lost.add(at, error)) return { returning: [], ordered: [], gone: [], arrived: 0 };
  const given = orders.of(at);
  if (culprit !== null) abroad.blame(at, culprit);
  const before = requests.last;
  const peer = links.remove(at);
  // What it had sent before counts.
  if (peer !== undefined) await drain(() => peer.received, clock.yieldTo);
  peer?.close(error);
  requests.lose(at, before, error);
  for (const serial of host.returning.ownedBy(at)) host.actors.forgo(serial, { kind: "shutdown" });
  const orphans = [...cells.values()].filter(({ owner }) => owner === at);
  await Promise.all(orphans.map((cell) => cell.stop({ kind: "shutdown" })));
  const reason: ExitReason = { kind: "host-lost", error };
  // Some may have come meanwhile.
  const ordered = [...new Set([...given, ...orders.of(at)])];
  const returning: number[] = [];
  const gone: number[] = [];
  for (const child of abroad.on(at)) {
    const comesBack = !ordered.includes(child.serial) && child.lose(reason, culprit);
    (comesBack ? returning : gone).push(child.serial);
  }
  return { returning, ordered, gone, arrived: peer?.placed ?? 0 };
}

/** Actors of a lost host were told to end from elsewhere: they do not start again. */
export function forgo({ abroad }: Mourner, at: number, ordered: readonly number[]): void {
  for (const serial of ordered) abroad.get(at, serial)?.forgo();
}

/** Actors that were started from elsewhere have ended with their host. */
export function noteGone({ lost, abroad }: Mourner, at: number, serials: readonly number[]): void {
  const error = lost.errorOf(at);
  if (error === undefined) return;
  for (const serial of serials) {
    abroad.note(at, serial, { kind: "host-lost", error: again(error) });
  }
}

/**
 * It is decided whether a lost host is back.
 *
 * @param carrier To its new thread, on host 0; other hosts make theirs when they need it.
 */
export function decide(
  { lost, links, abroad }: Mourner,
  at: number,
  isBack: boolean,
  carrier: Carrier | null = null,
): void {
  const error = lost.errorOf(at);
  if (carrier !== null) links.connect(at, carrier);
  if (error === undefined || isBack && lost.renew(at)) return;
  const children = abroad.on(at);
  const returning = new Set(children.filter((child) => isBack && child.isReturning));
  for (const child of children) {
    if (returning.has(child)) continue;
    const { serial } = child;
    const reason: ExitReason = { kind: "host-lost", error: again(error) };
    abroad.exited(at, serial, abroad.reasonOf(at, serial) ?? reason);
  }
  lost.decide(at, isBack);
  for (const child of returning) child.hostIsBack();
}
