import { HostLostError } from "../channels/errors.ts";
import { capture, drain, type Timer, watchLife } from "../channels/internal.ts";
import { transfer } from "../channels/transfer.ts";
import type { Host } from "./_host.ts";
import { Pulse } from "./_pulse.ts";
import { Names } from "./_names.ts";
import type { WorkerKind } from "./options.ts";
import { within } from "./_owner.ts";
import { captureError, type Peer } from "./_peer.ts";
import {
  BURIED,
  CONNECT,
  type Culprit,
  LOST,
  type PlaceRequest,
  type Question,
  QUIET,
  REBORN,
  SHUTDOWN,
} from "./_protocol.ts";
import { startProcess, type WorkerProcess } from "./_worker_process.ts";

/** One worker as host 0 knows it. */
interface WorkerRecord {
  readonly index: number;
  readonly process: WorkerProcess;
  /** Whether it ends with the one thing it was started for. */
  readonly isOwn: boolean;
  /** How much was placed there and has not ended. */
  load: number;
  /** Ends the watch over its lock. */
  unwatch: (() => void) | null;
  /** Runs out when the worker is not ready in time. */
  readonly startTimer: Timer;
  readonly kind: WorkerKind;
  readonly permissions: Deno.PermissionOptions | null;
  /** Longest time without a heartbeat. */
  readonly unresponsiveMs: number;
  readonly pulse: Pulse | null;
  /** Ends the watch over its heartbeat. */
  watch: Timer | null;
  /** How many threads there were for this host before. */
  readonly generation: number;
}

/** A lost host, until it is decided whether there will be a new thread for it. */
interface Loss {
  readonly record: WorkerRecord;
  /** Hosts that have not said yet who is to start again. */
  readonly awaited: Set<number>;
  /** Actors that are to start again, and the hosts that will start them. */
  readonly survivors: Map<number, number>;
  /** Whether something was placed there since. */
  isWanted: boolean;
  /** Ports for it that came meanwhile. */
  readonly introductions: (() => void)[];
  /** Runs out when a host does not answer. */
  readonly timer: Timer;
}

/** What stays the same from one thread of a host to the next. */
type Identity = Pick<
  WorkerRecord,
  "index" | "kind" | "permissions" | "isOwn" | "generation" | "unresponsiveMs"
>;

// So long hosts have, beyond the time for their actors to stop, to say what is to start again.
const MOURNING_MS = 1_000;
// Numbers of actors differ from one thread of a host to the next one: so many are for each.
const SERIALS = 1e9;

/** What only host 0 does: it starts and watches the workers, places actors on them and knows their names. */
export class Coordinator {
  readonly #host: Host;
  readonly #limit: number;
  readonly #kind: WorkerKind;
  readonly #names = new Names();
  readonly #workers = new Map<number, WorkerRecord>();
  readonly #losses = new Map<number, Loss>();
  /** Actors that keep a Web Worker busy for ever. */
  readonly #stuck: string[] = [];
  #indexes = 0;
  #shutdown: Promise<string[]> | null = null;

  /** @param limit Most workers that are shared; 0 places everything on this thread. */
  constructor(host: Host, limit: number, kind: WorkerKind) {
    this.#host = host;
    this.#limit = limit;
    this.#kind = kind;
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
      case "release":
        return this.#names.release(question[1], from, question[2]);
      case "find":
        return this.#names.find(question[1]);
      case "reason":
        return this.#host.network.reasonOf(question[1], question[2]);
      case "condemn":
        return await this.#condemn(question[1], question[2]);
    }
  }

  #placeNamed(request: PlaceRequest, from: number): number {
    const { name } = request;
    if (name === null) return this.place(request);
    this.#names.reserve(name, from);
    try {
      return this.place(request);
    } catch (error) {
      this.#names.release(name, from, null);
      throw error;
    }
  }

  /** Chooses a host, starting a worker when all that run have work. */
  place({ on, worker, permissions, unresponsiveMs }: PlaceRequest): number {
    if (on === "own") {
      return this.#start(
        worker ?? this.#kind,
        permissions as Deno.PermissionOptions,
        true,
        unresponsiveMs,
      ).index;
    }
    if (this.#limit === 0) return 0;
    const records = [...this.#workers.values(), ...[...this.#losses.values()].map((l) => l.record)];
    const shared = records.filter(({ isOwn }) => !isOwn);
    let chosen = shared.reduce<WorkerRecord | undefined>(
      (least, each) => least === undefined || each.load < least.load ? each : least,
      undefined,
    );
    if (chosen === undefined || chosen.load > 0 && shared.length < this.#limit) {
      chosen = this.#start(this.#kind, null, false, null);
    }
    chosen.load++;
    const loss = this.#losses.get(chosen.index);
    if (loss !== undefined) loss.isWanted = true;
    return chosen.index;
  }

  /** Something placed on a host has ended. */
  departed(index: number): void {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    if (record.isOwn) this.#lose(index, new Error("Its only actor has ended"), null, false);
    else record.load--;
  }

  /** A worker holds its lock: whoever gets the lock after it knows that it has ended. */
  ready(index: number, life: string): void {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    record.startTimer.cancel();
    record.watch = record.pulse?.watch(
      record.unresponsiveMs,
      this.#host.clock.setTimer,
      () => this.#onStuck(record),
    ) ?? null;
    record.unwatch = watchLife(life, async () => {
      // What it died of may still be under way.
      const peer = this.#host.network.tryPeer(index);
      if (peer !== undefined) await drain(() => peer.received, this.#host.clock.yieldTo);
      if (this.#workers.get(index) === record) await this.#lose(index, undefined);
    });
  }

  /** A worker does not answer its heartbeat. */
  #onStuck({ index, pulse, unresponsiveMs, kind }: WorkerRecord): void {
    const { activity } = pulse!;
    const what = activity === null
      ? "It"
      : `Handler "${activity.handler}" of actor "${activity.actor}"`;
    const error = new Error(`${what} kept its thread busy for more than ${unresponsiveMs} ms`);
    // Nothing can end it.
    if (kind === "web") this.#stuck.push(activity?.actor ?? `host ${index}`);
    const culprit = activity === null ? null : {
      serial: activity.serial,
      reason: { kind: "unresponsive", handler: activity.handler } as const,
    };
    void this.#lose(index, error, culprit);
  }

  /** A worker has said what it dies of. */
  failed(index: number, error: unknown): void {
    this.#lose(index, error);
  }

  /** Passes a port on from one host to another. */
  introduce(from: Peer, to: number, port: MessagePort): void {
    const loss = this.#losses.get(to);
    if (loss !== undefined) {
      return void loss.introductions.push(() => this.introduce(from, to, port));
    }
    const peer = this.#host.network.tryPeer(to);
    // A port that is sent to a thread that has ended is never closed; whoever waits will hear of the loss.
    if (peer === undefined || !this.#workers.has(to)) {
      port.close();
      const error = this.#host.network.lossOf(to);
      if (error === undefined) return;
      this.#announceLoss(from, to, error, null);
      from.link.send([BURIED, to]);
      return;
    }
    const packet = capture([transfer(port, [port])], "wire", "port", "port");
    peer.link.send([CONNECT, from.index, packet.payload], packet);
  }

  /** Ends everything; resolves with the names of the actors that did not stop in time. */
  shutdown(timeoutMs: number): Promise<string[]> {
    return this.#shutdown ??= this.#end(timeoutMs);
  }

  async #end(timeoutMs: number): Promise<string[]> {
    const { clock, network } = this.#host;
    const start = clock.now();
    const left = () => Math.max(0, timeoutMs - (clock.now() - start));
    this.#host.quiet();
    for (const index of [...this.#losses.keys()]) this.#decide(index);
    const records = [...this.#workers.values()].reverse();
    for (const { index } of records) network.tryPeer(index)?.link.send([QUIET]);
    await within(
      clock,
      left(),
      Promise.allSettled(Array.from(this.#host.runs, (run) => run.promise)),
    );
    const abandoned = await this.#stopOnWorkers(records, left());
    abandoned.push(...await this.#host.stopChildren(left()));
    for (const record of this.#workers.values()) this.#dismiss(record);
    await Promise.all([...this.#workers.values()].map(({ process }) => process.terminate()));
    this.#workers.clear();
    return [...this.#stuck, ...abandoned];
  }

  /** Stops what actors and tasks started on the workers in the system's name. */
  async #stopOnWorkers(records: WorkerRecord[], ms: number): Promise<string[]> {
    const { clock, network } = this.#host;
    const abandoned: string[] = [];
    const stops = records.map(async ({ index }) => {
      abandoned.push(...await network.call(index, (id) => [SHUTDOWN, id, ms]) as string[]);
    });
    // A thread that does not answer is named by the actors that are known to be on it.
    await within(clock, ms / 2, Promise.allSettled(stops));
    return abandoned;
  }

  #start(
    kind: WorkerKind,
    permissions: Deno.PermissionOptions | null,
    isOwn: boolean,
    ownLimitMs: number | null,
  ): WorkerRecord {
    if (kind === "thread" && permissions !== null) {
      throw new TypeError(
        'Cannot place: permissions need worker: "web", a thread cannot keep them',
      );
    }
    const index = ++this.#indexes;
    const unresponsiveMs = ownLimitMs ?? this.#host.settings.unresponsiveMs;
    return this.#startAs({ index, kind, permissions, isOwn, unresponsiveMs, generation: 0 });
  }

  #startAs(
    { index, kind, permissions, isOwn, unresponsiveMs, generation }: Identity,
    survivors: ReadonlyMap<number, number> = new Map(),
  ): WorkerRecord {
    const { systemId, settings, clock, network } = this.#host;
    const { port1, port2 } = new MessageChannel();
    const onError = (error: Error) => {
      if (this.#workers.get(index) === record) this.#lose(index, error);
    };
    const firstSerial = generation * SERIALS;
    const pulse = unresponsiveMs === Infinity ? null : new Pulse();
    const init = {
      systemId,
      index,
      isOwn,
      settings,
      firstSerial,
      survivors,
      unresponsiveMs,
      pulse: pulse?.memory ?? null,
      port: port2,
    };
    let process: WorkerProcess;
    try {
      process = startProcess(init, { kind, permissions, onError });
    } catch (error) {
      port1.close();
      port2.close();
      throw error;
    }
    const late = () => onError(new Error(`Not ready within ${settings.startTimeoutMs} ms`));
    const startTimer = clock.setTimer(late, settings.startTimeoutMs);
    const identity = { index, kind, permissions, isOwn, unresponsiveMs, generation };
    const record: WorkerRecord = {
      ...identity,
      pulse,
      watch: null,
      process,
      load: survivors.size,
      unwatch: null,
      startTimer,
    };
    this.#workers.set(index, record);
    network.decide(index, true, port1);
    return record;
  }

  /**
   * A worker has ended, or has to.
   *
   * @param culprit The actor that it had to end for.
   * @param mayReturn Whether there may be something to start again on a new thread.
   */
  async #lose(
    index: number,
    cause: unknown,
    culprit: Culprit | null = null,
    mayReturn = true,
  ): Promise<void> {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    this.#workers.delete(index);
    this.#dismiss(record);
    const { clock, settings } = this.#host;
    const error = new HostLostError(index, cause === undefined ? {} : { cause });
    const timer = clock.setTimer(() => this.#decide(index), settings.shutdownMs + MOURNING_MS);
    const awaited = new Set([0, ...this.#workers.keys()]);
    const survivors = new Map<number, number>();
    const introductions: (() => void)[] = [];
    this.#losses.set(index, { record, awaited, survivors, isWanted: false, introductions, timer });
    for (const loss of [...this.#losses.keys()]) this.mourned(loss, index, []);
    for (const other of this.#workers.keys()) {
      const peer = this.#host.network.tryPeer(other);
      if (peer !== undefined) this.#announceLoss(peer, index, error, culprit);
    }
    const ended = record.process.terminate();
    const own = await this.#host.network.lose(index, error, culprit);
    if (!mayReturn || this.#shutdown !== null) this.#decide(index);
    else this.mourned(index, 0, own);
    await ended;
  }

  /** A host has said which of its actors on a lost host are to start again. */
  mourned(index: number, from: number, survivors: readonly number[]): void {
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
    if (loss.awaited.size === 0) this.#decide(index);
  }

  /** Starts a new thread for a lost host, unless nobody needs one. */
  #decide(index: number): void {
    const loss = this.#losses.get(index);
    if (loss === undefined) return;
    this.#losses.delete(index);
    loss.timer.cancel();
    const { record, survivors } = loss;
    const isNeeded = this.#shutdown === null && (survivors.size > 0 || loss.isWanted);
    this.#names.lose(index, new Set(isNeeded ? survivors.keys() : []));
    if (isNeeded) {
      this.#startAs({ ...record, generation: record.generation + 1 }, survivors);
    } else {
      this.#host.network.decide(index, false);
    }
    for (const other of this.#workers.keys()) {
      if (other === index) continue;
      this.#host.network.tryPeer(other)?.link.send([isNeeded ? REBORN : BURIED, index]);
    }
    for (const introduce of loss.introductions) introduce();
  }

  async #condemn(index: number, serial: number): Promise<void> {
    const culprit: Culprit = { serial, reason: { kind: "killed" } };
    await this.#lose(index, new Error("It was ended to kill an actor"), culprit);
  }

  #dismiss({ unwatch, startTimer, watch }: WorkerRecord): void {
    unwatch?.();
    watch?.cancel();
    startTimer.cancel();
  }

  #announceLoss(to: Peer, index: number, error: HostLostError, culprit: Culprit | null): void {
    const packet = captureError(error.cause);
    to.link.send([LOST, index, packet.payload, culprit], packet);
  }
}
