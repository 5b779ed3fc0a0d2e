import { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import { within } from "../cell/children.ts";
import { isDone, noteDone } from "../messaging/loss.ts";
import {
  type Culprit,
  HOST_BACK,
  HOST_GONE,
  HOST_LOST,
  type HostEnvelope,
  type Mourning,
} from "../messaging/protocol.ts";
import { captureError, type Peer } from "../messaging/remote_reply.ts";
import { decide, forgo, lose, noteGone } from "./mourning.ts";
import type { Names } from "./_names.ts";
import type { WorkerRecord, Workers, WorkersHost } from "./workers.ts";

/** A lost host, until it is decided whether there will be a new thread for it. */
interface Loss {
  readonly record: WorkerRecord;
  /** How a thread ends that nobody starts again: it has nothing to do any more. */
  readonly leaving: Leaving | null;
  /** Hosts that have not said yet who is to start again. */
  readonly awaited: Set<number>;
  /** Actors that are to start again, and the hosts that will start them. */
  readonly returning: Map<number, number>;
  /** Actors that were told to end, and do not start again. */
  readonly ordered: Set<number>;
  /** Whether something was placed there since. */
  isWanted: boolean;
  /** How much of that has not been given up. */
  placed: number;
  /** What is to be done as soon as it is decided. */
  readonly deferred: (() => void)[];
  /** Runs out when a host does not answer. */
  readonly timer: Timer;
}

/** How a thread ends whose only actor or task has ended. */
export interface Leaving {
  /** Whether nothing else is there. */
  readonly isIdle: boolean;
  /** Whether it takes in first what was sent to it before all have heard of its end. */
  readonly isInOrder: boolean;
}

// Time limit for hosts to say what is to start again, on top of `shutdownMs` for their actors to stop.
const MOURNING_MS = 1_000;

// Time limit for a thread that has nothing to do any more to end by itself; it takes some milliseconds.
const LEAVING_MS = 500;

/**
 * The losses of hosts, as the leader handles them. What each other host does is in `mourning.ts`, which shows the steps:
 * a loss is noticed (`lose`), mourned by each host (`mourned`), and decided: the host is back, or will not be.
 */
export class Losses {
  readonly #host: WorkersHost;
  readonly #workers: Workers;
  readonly #names: Names;
  readonly #losses = new Map<number, Loss>();
  #isShuttingDown = false;

  constructor(host: WorkersHost, workers: Workers, names: Names) {
    this.#host = host;
    this.#workers = workers;
    this.#names = names;
  }

  /** The threads of the hosts that may be back. */
  get records(): WorkerRecord[] {
    return Array.from(this.#losses.values(), ({ record }) => record);
  }

  /** Whether the work was put off until it is decided about a host. */
  defer(index: number, work: () => void): boolean {
    const loss = this.#losses.get(index);
    loss?.deferred.push(work);
    return loss !== undefined;
  }

  /** Something was placed on a host, which is to be back for it if it is lost; returns whether it is. */
  placed(index: number): boolean {
    const loss = this.#losses.get(index);
    if (loss === undefined) return false;
    loss.isWanted = true;
    loss.placed++;
    return true;
  }

  /** Something that was placed on a host has ended, or will not start there, as another host says. */
  departed(index: number): void {
    const loss = this.#losses.get(index);
    if (loss !== undefined) loss.placed = Math.max(0, loss.placed - 1);
  }

  /** An actor of a lost host was told to end. */
  ordered(index: number, serial: number): void {
    this.#losses.get(index)?.ordered.add(serial);
  }

  /** Nothing starts again any more. */
  shutDown(): void {
    this.#isShuttingDown = true;
    for (const index of [...this.#losses.keys()]) this.#decide(index);
  }

  /**
   * A worker has ended, or has to.
   *
   * @param culprit The actor that it has to end for.
   */
  async lose(index: number, cause: unknown, culprit: Culprit | null = null): Promise<void> {
    const record = this.#workers.remove(index);
    if (record === undefined) return;
    const error = new HostLostError(index, cause === undefined ? {} : { cause });
    await this.#begin(record, error, culprit, null);
  }

  /** The only actor or task of a worker of its own has ended. */
  async leave(index: number, leaving: Leaving): Promise<void> {
    const record = this.#workers.remove(index);
    if (record === undefined) return;
    const error = new HostLostError(index, { cause: new Error("Its only actor has ended") });
    if (leaving.isIdle) noteDone(error);
    await this.#begin(record, error, null, leaving);
  }

  async #begin(
    record: WorkerRecord,
    error: HostLostError,
    culprit: Culprit | null,
    leaving: Leaving | null,
  ): Promise<void> {
    const { index } = record;
    const { clock, settings, links } = this.#host;
    const others = this.#workers.all.map(({ index }) => index);
    this.#losses.set(index, {
      record,
      leaving,
      awaited: new Set([0, ...others]),
      returning: new Map(),
      ordered: new Set(),
      isWanted: false,
      placed: 0,
      deferred: [],
      timer: clock.setRealTimer(() => this.#decide(index), settings.shutdownMs + MOURNING_MS),
    });
    // What it was to start on threads that are not there yet will not come.
    for (const [other, loss] of this.#losses) {
      loss.placed -= record.placements.on(other, loss.record.generation + 1);
    }
    // Nobody waits for its word about others any more.
    for (const other of [...this.#losses.keys()]) {
      if (other !== index) {
        this.mourned(other, index, { returning: [], ordered: [], gone: [], arrived: 0 });
      }
    }
    for (const other of others) {
      const peer = links.tryPeer(other);
      if (peer !== undefined) this.#announce(peer, index, error, culprit);
    }
    const ended = leaving?.isInOrder ? undefined : record.launched.terminate();
    const own = lose(this.#host, index, error, culprit);
    // Who hears of it may start something at once: by now what is placed there waits until it is back.
    if (leaving === null) this.#workers.report(record, "lost", error.cause);
    this.mourned(index, 0, await own);
    await ended;
  }

  /** A host has said what it knows of the actors on a lost host. */
  mourned(index: number, from: number, { returning, ordered, gone, arrived }: Mourning): void {
    noteGone(this.#host, index, gone);
    const left = this.#untold(from, index) - 1;
    if (left > 0) this.#workers.get(from)!.unmourned.set(index, left);
    else this.#workers.get(from)?.unmourned.delete(index);
    const loss = this.#losses.get(index);
    if (loss === undefined) return;
    if (loss.awaited.delete(from)) this.#takeBack(loss.record, from, arrived);
    if (!this.#workers.has(from) && from !== 0) {
      // Its own actors on that host are nobody's any more.
      for (const [serial, owner] of loss.returning) {
        if (owner === from) loss.returning.delete(serial);
      }
    } else {
      for (const serial of returning) loss.returning.set(serial, from);
    }
    for (const serial of ordered) loss.ordered.add(serial);
    if (loss.awaited.size === 0 || this.#isShuttingDown) this.#decide(index);
  }

  /** What was placed on a host for a thread that died before it could start it there is not there. */
  #takeBack(lost: WorkerRecord, on: number, arrived: number): void {
    const record = this.#workers.get(on);
    if (record === undefined) return;
    const missing = lost.placements.on(on, record.generation) - arrived;
    if (missing > 0) record.load = Math.max(0, record.load - missing);
  }

  /** Starts a new thread for a lost host, unless nobody needs one. */
  #decide(index: number): void {
    const loss = this.#losses.get(index);
    if (loss === undefined) return;
    this.#losses.delete(index);
    loss.timer.cancel();
    const { record, leaving, returning } = loss;
    const ordered = [...loss.ordered];
    for (const serial of ordered) returning.delete(serial);
    forgo(this.#host, index, ordered);
    const isBack = !this.#isShuttingDown && leaving === null &&
      (returning.size > 0 || loss.isWanted);
    this.#names.lose(index, new Set(isBack ? returning.keys() : []));
    if (isBack) this.#workers.startAgain(record, returning, loss.placed);
    else decide(this.#host, index, false);
    this.#tellOthers(index, isBack ? [HOST_BACK, index, ordered] : [HOST_GONE, index]);
    for (const work of loss.deferred) work();
    if (!this.#isShuttingDown) this.#host.lossDecided(index);
    if (leaving?.isInOrder) void this.#dismiss(record);
  }

  #tellOthers(lost: number, envelope: HostEnvelope): void {
    for (const { index } of this.#workers.all) {
      if (index !== lost) this.#host.links.tryPeer(index)?.link.send(envelope);
    }
  }

  /** Lets a thread end that has nothing to do any more. */
  async #dismiss({ launched, gone, isReady }: WorkerRecord): Promise<void> {
    if (isReady) {
      launched.quit();
      await within(this.#host.clock, LEAVING_MS, gone.promise);
    }
    await launched.terminate();
  }

  /** Whether a host has been told of a loss of another one and has not mourned it: it may not know of it yet. */
  isUnmourned(lost: number, by: number): boolean {
    return this.#untold(by, lost) > 0;
  }

  /** How many losses of a host another one has been told of and has not mourned. */
  #untold(by: number, lost: number): number {
    return this.#workers.get(by)?.unmourned.get(lost) ?? 0;
  }

  /** Tells the others that a host is there which they may know as gone. */
  tellBack(index: number): void {
    this.#tellOthers(index, [HOST_BACK, index, []]);
  }

  /** Tells a host that has asked for one that will not be back. */
  tellGone(to: Peer, lost: number): void {
    const error = this.#host.lost.errorOf(lost) ?? new HostLostError(lost);
    this.#announce(to, lost, error, null);
    to.link.send([HOST_GONE, lost]);
  }

  #announce(to: Peer, lost: number, error: HostLostError, culprit: Culprit | null): void {
    this.#workers.get(to.index)?.unmourned.set(lost, this.#untold(to.index, lost) + 1);
    const packet = captureError(error.cause);
    to.link.send([HOST_LOST, lost, packet.payload, culprit, isDone(error)], packet);
  }
}
