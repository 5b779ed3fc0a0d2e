import type { Deadlines } from "../../channels/waits/deadlines.ts";
import type { Wait } from "../../channels/waits/wait.ts";
import { Kinds } from "./_kinds.ts";
import type { Leader } from "./directory.ts";
import type { WorkersHost } from "./workers.ts";
import { captureLine, type FarEnd } from "../messaging/lines.ts";
import { again } from "../messaging/loss.ts";
import { Losses } from "./_losses.ts";
import { Names } from "./_names.ts";
import { PLACEMENTS } from "./placement.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import { GRACE_MS, within } from "../cell/children.ts";
import type { Peer } from "../messaging/remote_reply.ts";
import {
  CONNECT,
  type Culprit,
  type Mourning,
  QUIET,
  SEND_ALL,
  SHUTDOWN,
} from "../messaging/protocol.ts";
import { type Limit, limitFor, type PlaceRequest, type Question } from "../messaging/questions.ts";
import { type WorkerRecord, Workers } from "./workers.ts";

// Time limit for sends at a shutdown: room that does not come soon will not come while all ends.
const SENDING_MS = 500;

/** What the leader needs of the host that it is on. */
export interface LeaderHost extends WorkersHost {
  readonly deadlines: Deadlines;
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

/** What durable actors need of host 0. */
export interface StoreHolder {
  /** A reference to the store. */
  store(): Promise<unknown>;
  /** Something will be due at a wall time. */
  hint(due: number): void;
}

/** What only host 0 does: it starts and watches the workers, places actors on them and knows their names. */
export class Coordinator implements Leader {
  readonly #host: LeaderHost;
  readonly #limit: number;
  readonly #kind: WorkerKind;
  readonly #names = new Names();
  /** The kinds of keyed actors. */
  readonly kinds: Kinds;
  /** `null` when the system has no store. */
  durable: StoreHolder | null = null;
  readonly #workers: Workers;
  readonly #losses: Losses;
  /** Ends the whole system, as a worker asks for it. */
  onShutdown!: (timeoutMs: number | undefined) => Promise<unknown>;
  #shutdown: Promise<string[]> | null = null;
  /** Threads that nothing could end. */
  #stuck: readonly WorkerRecord[] = [];

  /** @param limit Most workers that are shared; 0 places everything on this thread. */
  constructor(host: LeaderHost, limit: number, kind: WorkerKind) {
    this.#host = host;
    this.#limit = limit;
    this.#kind = kind;
    this.kinds = new Kinds(host.deadlines);
    this.#workers = new Workers(host, {
      onLost: (index, cause, culprit) => void this.#losses.lose(index, cause, culprit),
      onFailed: (index, error) => this.failed(index, error),
    });
    this.#losses = new Losses(host, this.#workers, this.#names);
  }

  /** Whether there are no shared workers, and what may start anywhere starts on this thread. */
  get isLocal(): boolean {
    return this.#limit === 0;
  }

  /** Whether a worker runs, or is being started. */
  get hasWorkers(): boolean {
    return this.#workers.all.length > 0;
  }

  /** How much was placed on each shared worker and has not ended. */
  get loads(): { readonly index: number; readonly load: number }[] {
    return this.#workers.all.filter(({ isOwn }) => !isOwn);
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
        return this.#losses.ordered(question[1], question[2]);
      case "store":
        return await this.durable?.store();
      case "due":
        return this.durable?.hint(question[1]);
      case "kind":
        return await this.kinds.find(question[1], this.#host.settings.startTimeoutMs);
      case "broken":
        return this.broken(question[1], new Error(question[2]));
    }
  }

  #placeNamed(request: PlaceRequest, from: number): number {
    const { reservation } = request;
    // What has ended since would never start it there.
    const lost = from === 0 || this.#workers.has(from) ? undefined : this.#host.lost.errorOf(from);
    if (lost !== undefined) throw again(lost);
    if (reservation === null) return this.place(request, from);
    this.#names.reserve(reservation, from);
    try {
      return this.place(request, from);
    } catch (error) {
      this.#names.unclaim(reservation);
      throw error;
    }
  }

  /**
   * Chooses a host, or starts one.
   *
   * @param from Who is going to start something there.
   */
  place(request: PlaceRequest, from = 0): number {
    const placement = PLACEMENTS[request.on];
    const shared = [...this.#workers.all, ...this.#losses.records].filter(({ isOwn }) => !isOwn);
    const chosen = placement.choose(shared, shared.length < this.#limit);
    const record = chosen === null
      ? placement.isOwn ? this.#startOwn(request) : this.#startShared(this.#freeIndex())
      : shared.find(({ index }) => index === chosen);
    if (record === undefined) return 0;
    record.load++;
    record.startLimit.atLeast(limitOf(request.startTimeoutMs) ?? 0);
    const isLost = this.#losses.placed(record.index);
    this.#workers.get(from)?.placements.add(record.index, record.generation + (isLost ? 1 : 0));
    return record.index;
  }

  #startOwn({ worker, permissions, unresponsiveMs, label }: PlaceRequest): WorkerRecord {
    return this.#workers.startOwn(
      worker ?? this.#kind,
      permissions as Deno.PermissionOptions,
      limitOf(unresponsiveMs) ?? null,
      label,
    );
  }

  /** Starts a shared host, for the first time or after one that was lost and not needed. */
  #startShared(index: number): WorkerRecord {
    const record = this.#workers.startShared(index, this.#kind);
    // Others may know that the one before will not be back.
    if (record.generation > 0) this.#losses.tellBack(index);
    return record;
  }

  /** The lowest number of a shared host that is not there, and not about to be back. */
  #freeIndex(): number {
    const taken = new Set(
      [...this.#workers.all, ...this.#losses.records].map(({ index }) => index),
    );
    let index = 1;
    while (taken.has(index)) index++;
    return index;
  }

  /** A shared host is needed for keyed actors: starts it if it is not there, unless the system ends. */
  need(index: number): void {
    const isShared = index >= 1 && index <= this.#limit;
    if (isShared && this.#shutdown === null && !this.#workers.has(index)) this.#startShared(index);
  }

  /**
   * Something placed on a host has ended, or will not start there.
   *
   * @param isIdle Whether nothing else is there.
   * @param from Who says so.
   * @param isInOrder Whether what was sent there is still to be taken in; else nothing more may happen there.
   */
  departed(index: number, isIdle = false, from = 0, isInOrder = true): void {
    // What the lost thread itself had is lost with it.
    if (from !== index) {
      this.#losses.departed(index);
      this.#workers.get(from)?.placements.remove(index);
    }
    const record = this.#workers.get(index);
    if (record === undefined) return;
    if (record.isOwn) void this.#losses.leave(index, { isIdle, isInOrder });
    // What a host has placed before it heard of a loss, and sent after that, was not counted.
    else record.load = Math.max(0, record.load - 1);
  }

  /** A host has said what it knows of the actors on a lost host. */
  mourned(index: number, from: number, mourning: Mourning): void {
    this.#losses.mourned(index, from, mourning);
  }

  /** A worker holds its lock. */
  ready(index: number, life: string): void {
    this.#workers.ready(index, life);
  }

  /** A worker dies of an error that nobody caught. */
  failed(index: number, error: unknown): void {
    if (!this.#workers.has(index)) return;
    this.#host.reports.report("error", { ref: undefined, handler: "uncaught", host: index, error });
    void this.#losses.lose(index, error);
  }

  /** What came from a worker cannot be handled. */
  broken(index: number, error: Error): void {
    void this.#losses.lose(index, error);
  }

  /**
   * Passes a port on from one host to another.
   *
   * @param starts Whether that is to be started when it is not there.
   */
  introduce(from: Peer, to: number, line: FarEnd, starts: boolean): void {
    // One of the two threads has ended since, and the other end with it: a new one in its place has its own.
    const isOld = this.#host.links.tryPeer(from.index) !== from ||
      this.#losses.isUnmourned(to, from.index);
    if (isOld) return this.#host.links.refuse(line);
    if (this.#losses.defer(to, () => this.introduce(from, to, line, starts))) return;
    if (starts) this.need(to);
    const peer = this.#workers.has(to) ? this.#host.links.tryPeer(to) : undefined;
    if (peer === undefined) {
      this.#host.links.refuse(line);
      return this.#losses.tellGone(from, to);
    }
    const packet = captureLine(line);
    peer.link.send([CONNECT, from.index, packet.payload, false], packet);
  }

  /** Ends everything; resolves with the names of what did not end in time. */
  shutdown(timeoutMs: number): Promise<string[]> {
    return this.#shutdown ??= this.#end(timeoutMs);
  }

  async #end(timeoutMs: number): Promise<string[]> {
    const { clock, links } = this.#host;
    const end = clock.now() + timeoutMs;
    this.#host.quiet();
    this.#losses.shutDown();
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

  /** Ends a thread that does not end one of its actors; false when it has not come to that, as it is being started. */
  async #condemn(index: number, serial: number, label: string): Promise<boolean> {
    const record = this.#workers.get(index);
    if (record === undefined) return true;
    if (!record.isReady) return false;
    record.label = label;
    const culprit: Culprit = { serial, reason: { kind: "killed" } };
    await this.#losses.lose(index, new Error("It was ended to kill an actor"), culprit);
    return true;
  }
}

/** A limit that came from another host. */
function limitOf(limit: Limit | null): number | undefined {
  return limit === null ? undefined : Number(limit);
}
