import { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import type { Wait } from "../../channels/waits/wait.ts";
import { decide, forgo, lose, noteGone } from "./mourning.ts";
import type { Leader } from "./directory.ts";
import type { WorkersHost } from "./workers.ts";
import { captureLine, type FarEnd } from "../messaging/lines.ts";
import { isDone, noteDone } from "../messaging/loss.ts";
import { Names } from "./_names.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import { GRACE_MS, within } from "../cell/children.ts";
import { captureError, type Peer } from "../messaging/remote_reply.ts";
import {
  BURIED,
  CONNECT,
  type Culprit,
  type Limit,
  limitFor,
  LOST,
  type Mourning,
  type PlaceRequest,
  type Question,
  QUIET,
  REBORN,
  SEND_ALL,
  SHUTDOWN,
} from "../messaging/protocol.ts";
import { type WorkerRecord, Workers } from "./workers.ts";

/** A lost host, until it is decided whether there will be a new thread for it. */
interface Loss {
  readonly record: WorkerRecord;
  /** Hosts that have not said yet who is to start again. */
  readonly awaited: Set<number>;
  /** Actors that are to start again, and the hosts that will start them. */
  readonly survivors: Map<number, number>;
  /** Actors that were told to end, and do not start again. */
  readonly ordered: Set<number>;
  /** Whether there may be something to start again at all. */
  readonly mayReturn: boolean;
  /** Whether the thread is to take in first what was sent to it. */
  readonly isInOrder: boolean;
  /** Whether something was placed there since. */
  isWanted: boolean;
  /** How much of that has not been given up. */
  placed: number;
  /** Ports for it that came meanwhile. */
  readonly introductions: (() => void)[];
  /** Runs out when a host does not answer. */
  readonly timer: Timer;
}

// So long hosts have, beyond the time for their actors to stop, to say what is to start again.
const MOURNING_MS = 1_000;

// So long a thread that has nothing to do any more has to end by itself; it takes some milliseconds.
const LEAVING_MS = 500;

// So long at most a shutdown waits for sends: room that does not come soon will not come while all ends.
const SENDING_MS = 500;

/** What the leader needs of the host that it is on. */
export interface LeaderHost extends WorkersHost {
  /** Tasks started from here that are not settled. */
  readonly runs: ReadonlyMap<Wait, string>;
  /** From now on timers do not fire, and only actors may send. */
  quiet(): void;
  /**
   * Ends what the system started from here.
   *
   * @param others Ends what was started elsewhere; gives the names of what did not end.
   * @returns The names of what did not end within `ms` milliseconds.
   */
  windUp(ms: number, others?: (ms: number) => Promise<string[]>): Promise<string[]>;
}

/** What only host 0 does: it starts and watches the workers, places actors on them and knows their names. */
export class Coordinator implements Leader {
  readonly #host: LeaderHost;
  readonly #limit: number;
  readonly #kind: WorkerKind;
  readonly #names = new Names();
  readonly #workers: Workers;
  readonly #losses = new Map<number, Loss>();
  /** Ends the whole system, as a worker asks for it. */
  onShutdown!: (timeoutMs: number | undefined) => Promise<unknown>;
  #shutdown: Promise<string[]> | null = null;
  #isShuttingDown = false;
  /** Threads that nothing could end. */
  #stuck: readonly WorkerRecord[] = [];

  /** @param limit Most workers that are shared; 0 places everything on this thread. */
  constructor(host: LeaderHost, limit: number, kind: WorkerKind) {
    this.#host = host;
    this.#limit = limit;
    this.#kind = kind;
    this.#workers = new Workers(host, {
      onLost: (index, cause, culprit) => void this.#lose(index, cause, culprit),
      onFailed: (index, error) => this.failed(index, error),
    });
  }

  /** Whether there are no shared workers, and what may start anywhere starts on this thread. */
  get isLocal(): boolean {
    return this.#limit === 0;
  }

  /** Answers what a host asks. */
  async answer(question: Question, from: number): Promise<unknown> {
    switch (question[0]) {
      case "place":
        return this.#placeNamed(question[1], from);
      case "reserve":
        return this.#names.reserve(question[1], from);
      case "name":
        return this.#names.assign(question[1], from, question[2]);
      case "unclaim":
        return this.#names.unclaim(question[1]);
      case "release":
        return this.#names.release(question[1], from, question[2]);
      case "release-of":
        return this.#names.releaseOf(from, question[1]);
      case "find":
        return this.#names.find(question[1]);
      case "reason":
        return this.#host.abroad.reasonOf(question[1], question[2]);
      case "shutdown":
        return await this.onShutdown(limitOf(question[1]));
      case "condemn":
        return await this.#condemn(question[1], question[2], question[3]);
      case "ordered":
        return void this.#losses.get(question[1])?.ordered.add(question[2]);
      case "broken":
        return this.broken(question[1], new Error(question[2]));
    }
  }

  #placeNamed(request: PlaceRequest, from: number): number {
    const { reservation } = request;
    if (reservation === null) return this.place(request);
    this.#names.reserve(reservation, from);
    try {
      return this.place(request);
    } catch (error) {
      this.#names.unclaim(reservation);
      throw error;
    }
  }

  /** Chooses a host, starting a worker when all that run have work. */
  place({ on, worker, permissions, unresponsiveMs, startTimeoutMs, label }: PlaceRequest): number {
    if (on === "own") {
      const { index, startLimit } = this.#workers.start(
        worker ?? this.#kind,
        permissions as Deno.PermissionOptions,
        true,
        limitOf(unresponsiveMs) ?? null,
        label,
      );
      startLimit.atLeast(limitOf(startTimeoutMs) ?? 0);
      return index;
    }
    if (this.#limit === 0) return 0;
    const records = [
      ...this.#workers.all,
      ...Array.from(this.#losses.values(), ({ record }) => record),
    ];
    const shared = records.filter(({ isOwn }) => !isOwn);
    let chosen = shared.reduce<WorkerRecord | undefined>(
      (least, each) => least === undefined || each.load < least.load ? each : least,
      undefined,
    );
    if (chosen === undefined || chosen.load > 0 && shared.length < this.#limit) {
      chosen = this.#workers.start(this.#kind, null, false, null, null);
    }
    chosen.load++;
    chosen.startLimit.atLeast(limitOf(startTimeoutMs) ?? 0);
    const loss = this.#losses.get(chosen.index);
    if (loss !== undefined) {
      loss.isWanted = true;
      loss.placed++;
    }
    return chosen.index;
  }

  /**
   * Something placed on a host has ended, or will not start there.
   *
   * @param isIdle Whether nothing else is there.
   * @param from Who says so.
   * @param isInOrder Whether what was sent there is still to be taken in; else nothing more may happen there.
   */
  departed(index: number, isIdle = false, from = 0, isInOrder = true): void {
    const loss = this.#losses.get(index);
    // What the lost thread itself had is lost with it.
    if (loss !== undefined && from !== index) loss.placed = Math.max(0, loss.placed - 1);
    const record = this.#workers.get(index);
    if (record === undefined) return;
    const over = new Error("Its only actor has ended");
    if (record.isOwn) void this.#lose(index, over, null, false, isIdle, isInOrder);
    // What a host has placed before it heard of a loss, and sent after that, was not counted.
    else record.load = Math.max(0, record.load - 1);
  }

  /** A worker holds its lock. */
  ready(index: number, life: string): void {
    this.#workers.ready(index, life);
  }

  /** A worker dies of an error that nobody caught. */
  failed(index: number, error: unknown): void {
    if (!this.#workers.has(index)) return;
    this.#host.report("error", { ref: undefined, handler: "uncaught", host: index, error });
    void this.#lose(index, error);
  }

  /** What came from a worker cannot be handled. */
  broken(index: number, error: Error): void {
    void this.#lose(index, error);
  }

  /** Passes a port on from one host to another. */
  introduce(from: Peer, to: number, line: FarEnd): void {
    // One of the two threads has ended since, and the other end with it: a new one in its place has its own.
    const isOld = this.#host.links.tryPeer(from.index) !== from ||
      this.#mourns(from.index, to) > 0;
    if (isOld) return line.port.close();
    const loss = this.#losses.get(to);
    if (loss !== undefined) {
      return void loss.introductions.push(() => this.introduce(from, to, line));
    }
    const peer = this.#workers.has(to) ? this.#host.links.tryPeer(to) : undefined;
    // A port that is sent to a thread that has ended is never closed; whoever waits will hear of the loss.
    if (peer === undefined || !this.#workers.has(to)) {
      line.port.close();
      const error = this.#host.lost.errorOf(to);
      if (error === undefined) return;
      this.#announceLoss(from, to, error, null);
      from.link.send([BURIED, to]);
      return;
    }
    const packet = captureLine(line);
    peer.link.send([CONNECT, from.index, packet.payload], packet);
  }

  /** Ends everything; resolves with the names of what did not end in time. */
  shutdown(timeoutMs: number): Promise<string[]> {
    return this.#shutdown ??= this.#end(timeoutMs);
  }

  async #end(timeoutMs: number): Promise<string[]> {
    const { clock, links } = this.#host;
    const end = clock.now() + timeoutMs;
    this.#isShuttingDown = true;
    this.#host.quiet();
    for (const index of [...this.#losses.keys()]) this.#decide(index);
    const records = this.#workers.all.reverse();
    for (const { index } of records) links.tryPeer(index)?.link.send([QUIET]);
    const abandoned = await this.#host.windUp(
      timeoutMs,
      (ms) => this.#windUpWorkers(records, ms),
    );
    await this.#sendAll(Math.min(SENDING_MS, end - clock.now()));
    this.#stuck = await this.#workers.terminate();
    // Who did not end there is named already, unless nobody waits for it any more.
    const others = this.#stuck.filter(({ index }) => !this.#holds(index));
    const labels = others.map(({ index, label }) => label ?? `host ${index}`);
    return [...new Set([...labels, ...abandoned])];
  }

  /** Whether something that was started from here has not ended there. */
  #holds(at: number): boolean {
    const { abroad, runs } = this.#host;
    return abroad.on(at).length > 0 || runs.keys().some((run) => run.at === at);
  }

  /** Whether a thread goes on after the shutdown, and keeps the process alive. */
  get isStuck(): boolean {
    return this.#stuck.length > 0;
  }

  /** Lets the workers post what waits for its place in a channel; who waits for room may wait for ever. */
  async #sendAll(ms: number): Promise<void> {
    const { clock, requests } = this.#host;
    const sent = this.#workers.all.map(({ index }) => {
      return requests.call(index, (id) => [SEND_ALL, id, ms]);
    });
    await within(clock, ms, Promise.allSettled(sent));
  }

  /** Ends what actors and tasks started on the workers in the system's name. */
  async #windUpWorkers(records: WorkerRecord[], ms: number): Promise<string[]> {
    const { clock, requests } = this.#host;
    const abandoned: string[] = [];
    // So that the names of what did not end are here in time.
    const own = Math.max(ms / 4, ms / 2 - GRACE_MS);
    const ends = records.map(async ({ index }) => {
      abandoned.push(
        ...await requests.call(index, (id) => [SHUTDOWN, id, limitFor(own)]) as string[],
      );
    });
    // A thread that does not answer is named by what is known to be on it.
    await within(clock, ms / 2, Promise.allSettled(ends));
    return abandoned;
  }

  /**
   * A worker has ended, or has to.
   *
   * @param culprit The actor that it had to end for.
   * @param mayReturn Whether there may be something to start again on a new thread.
   * @param hasFinished Whether it has ended because all its actors had.
   * @param isInOrder Whether it takes in first what was sent to it before all have heard of its end.
   */
  async #lose(
    index: number,
    cause: unknown,
    culprit: Culprit | null = null,
    mayReturn = true,
    hasFinished = false,
    isInOrder = false,
  ): Promise<void> {
    const record = this.#workers.remove(index);
    if (record === undefined) return;
    if (mayReturn) this.#workers.report(record, "lost", cause);
    const { clock, settings } = this.#host;
    const error = new HostLostError(index, cause === undefined ? {} : { cause });
    if (hasFinished) noteDone(error);
    const timer = clock.setRealTimer(() => this.#decide(index), settings.shutdownMs + MOURNING_MS);
    const others = this.#workers.all.map(({ index }) => index);
    const awaited = new Set([0, ...others]);
    const survivors = new Map<number, number>();
    const introductions: (() => void)[] = [];
    const ordered = new Set<number>();
    const isWanted = false;
    const placed = 0;
    const loss = {
      record,
      awaited,
      survivors,
      ordered,
      mayReturn,
      isInOrder,
      isWanted,
      placed,
      introductions,
      timer,
    };
    this.#losses.set(index, loss);
    // Nobody waits for its word about others any more.
    for (const other of [...this.#losses.keys()]) {
      if (other !== index) this.mourned(other, index, { survivors: [], ordered: [], gone: [] });
    }
    for (const other of others) {
      const peer = this.#host.links.tryPeer(other);
      if (peer !== undefined) this.#announceLoss(peer, index, error, culprit);
    }
    const ended = isInOrder ? undefined : record.process.terminate();
    const own = await lose(this.#host, index, error, culprit);
    this.mourned(index, 0, own);
    await ended;
  }

  /** A host has said what it knows of the actors on a lost host. */
  mourned(index: number, from: number, { survivors, ordered, gone }: Mourning): void {
    noteGone(this.#host, index, gone);
    const left = this.#mourns(from, index) - 1;
    if (left > 0) this.#workers.get(from)!.unmourned.set(index, left);
    else this.#workers.get(from)?.unmourned.delete(index);
    const loss = this.#losses.get(index);
    if (loss === undefined) return;
    loss.awaited.delete(from);
    if (!this.#workers.has(from) && from !== 0) {
      // Its own actors on that host are nobody's any more.
      for (const [serial, owner] of loss.survivors) {
        if (owner === from) loss.survivors.delete(serial);
      }
    } else {
      for (const serial of survivors) loss.survivors.set(serial, from);
    }
    for (const serial of ordered) loss.ordered.add(serial);
    if (loss.awaited.size === 0 || this.#isShuttingDown) this.#decide(index);
  }

  /** Starts a new thread for a lost host, unless nobody needs one. */
  #decide(index: number): void {
    const loss = this.#losses.get(index);
    if (loss === undefined) return;
    this.#losses.delete(index);
    loss.timer.cancel();
    const { record, survivors } = loss;
    const ordered = [...loss.ordered];
    for (const serial of ordered) survivors.delete(serial);
    forgo(this.#host, index, ordered);
    const isNeeded = !this.#isShuttingDown && loss.mayReturn &&
      (survivors.size > 0 || loss.isWanted);
    this.#names.lose(index, new Set(isNeeded ? survivors.keys() : []));
    if (isNeeded) {
      this.#workers.startAgain(record, survivors, loss.placed);
    } else {
      decide(this.#host, index, false);
    }
    for (const { index: other } of this.#workers.all) {
      if (other === index) continue;
      this.#host.links.tryPeer(other)?.link.send(
        isNeeded ? [REBORN, index, ordered] : [BURIED, index],
      );
    }
    for (const introduce of loss.introductions) introduce();
    if (loss.isInOrder) void this.#dismiss(record);
  }

  /** Ends a thread that has nothing to do any more. */
  async #dismiss({ process, gone, isReady }: WorkerRecord): Promise<void> {
    if (isReady) {
      process.quit();
      await within(this.#host.clock, LEAVING_MS, gone.promise);
    }
    await process.terminate();
  }

  /** Ends a thread that does not end one of its actors; false when it has not come to that, as it is being started. */
  async #condemn(index: number, serial: number, label: string): Promise<boolean> {
    const record = this.#workers.get(index);
    if (record === undefined) return true;
    if (!record.isReady) return false;
    record.label = label;
    const culprit: Culprit = { serial, reason: { kind: "killed" } };
    await this.#lose(index, new Error("It was ended to kill an actor"), culprit);
    return true;
  }

  /** How many losses of one host the other has been told of and has not mourned: it may not know of them yet. */
  #mourns(index: number, lost: number): number {
    return this.#workers.get(index)?.unmourned.get(lost) ?? 0;
  }

  #announceLoss(to: Peer, index: number, error: HostLostError, culprit: Culprit | null): void {
    this.#workers.get(to.index)?.unmourned.set(index, this.#mourns(to.index, index) + 1);
    const packet = captureError(error.cause);
    to.link.send([LOST, index, packet.payload, culprit, isDone(error)], packet);
  }
}

/** A limit that came from another host. */
function limitOf(limit: Limit | null): number | undefined {
  return limit === null ? undefined : Number(limit);
}
