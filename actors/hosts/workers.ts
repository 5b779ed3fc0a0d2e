import { drain, watchLife } from "../../channels/thread/life.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import type { Observer } from "../vocabulary/observer.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { Reports } from "../messaging/reports.ts";
import { decide, type Mourner } from "./mourning.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import type { Culprit } from "../messaging/protocol.ts";
import { Pulse } from "../cell/pulse.ts";
import { within } from "../cell/children.ts";
import { Placements } from "./_placements.ts";
import { StartLimit } from "./_start_limit.ts";
import type { HostChange } from "../vocabulary/system_events.ts";
import type { Launched } from "./launcher.ts";
import { checkPermissions, launcherOf } from "./launchers.ts";

/** One worker as host 0 knows it. */
export interface WorkerRecord {
  readonly index: number;
  readonly launched: Launched;
  /** Whether it ends with the one thing it was started for. */
  readonly isOwn: boolean;
  /** How much was placed there and has not ended. */
  load: number;
  /** What was placed for it elsewhere. */
  readonly placements: Placements;
  /** Ends the watch over its lock, which begins when it is ready. */
  unwatch: (() => void) | null;
  /** Resolves when its thread has let go of its lock. */
  readonly gone: PromiseWithResolvers<void>;
  /** Whether it can answer. */
  isReady: boolean;
  /** Until when it has to be ready. */
  readonly startLimit: StartLimit;
  readonly kind: WorkerKind;
  readonly permissions: Deno.PermissionOptions | null;
  /** Longest time without a heartbeat. */
  readonly unresponsiveMs: number;
  readonly pulse: Pulse | null;
  /** Ends the watch over its heartbeat. */
  watch: Pick<Timer, "cancel"> | null;
  /** How many threads there were for this host before. */
  readonly generation: number;
  /** What is known to keep it busy, or what it was started for. */
  label: string | null;
  /** Hosts whose loss it has been told of and has not mourned yet: how many times each. */
  readonly unmourned: Map<number, number>;
}

/** What stays the same from one thread of a host to the next. */
type Identity = Pick<
  WorkerRecord,
  "index" | "kind" | "permissions" | "isOwn" | "generation" | "unresponsiveMs" | "label"
>;

/** Who hears of what happens to workers. */
export interface WorkersHandlers {
  /** One has ended, or has to: with why, if that is known, and for which actor. */
  onLost(index: number, cause: unknown, culprit: Culprit | null): void;
  /** One dies of an error that nobody caught. */
  onFailed(index: number, error: unknown): void;
}

// A thread that is still there so long after it was ended is in an endless loop, or blocked. One that can be ended
// takes some milliseconds, on a busy machine some hundreds.
const GONE_MS = 2_000;
// Numbers of actors differ from one thread of a host to the next one: so many are for each.
const SERIALS = 1e9;

/** What the workers need of the host that starts them. */
export interface WorkersHost extends Mourner {
  readonly systemId: string;
  readonly settings: Settings;
  /** Module of the transport, for new workers. */
  readonly transportModule: string | null;
  readonly reports: Reports;
  /** Hears of what happens to workers. */
  readonly observer: Observer | null;
  /** It is decided whether a lost host is back. */
  lossDecided(index: number): void;
}

/** The workers of a system: starts them, and watches over their locks and heartbeats. */
export class Workers {
  readonly #host: WorkersHost;
  readonly #handlers: WorkersHandlers;
  readonly #records = new Map<number, WorkerRecord>();
  /** Those that were ended, as long as their threads hold their locks. */
  readonly #ending = new Set<WorkerRecord>();
  /** The number of the last worker of somebody's own: shared ones have the first numbers. */
  #indexes: number;
  /** How many threads there were for each shared host. */
  readonly #generations = new Map<number, number>();

  constructor(host: WorkersHost, handlers: WorkersHandlers) {
    this.#host = host;
    this.#indexes = host.settings.workers;
    this.#handlers = handlers;
  }

  /** In order of start. */
  get all(): WorkerRecord[] {
    return [...this.#records.values()];
  }

  get(index: number): WorkerRecord | undefined {
    return this.#records.get(index);
  }

  has(index: number): boolean {
    return this.#records.has(index);
  }

  /** Takes one out that ends. */
  remove(index: number): WorkerRecord | undefined {
    const record = this.#records.get(index);
    if (record === undefined) return undefined;
    this.#records.delete(index);
    record.watch?.cancel();
    record.startLimit.cancel();
    if (record.unwatch !== null) this.#ending.add(record);
    return record;
  }

  /** Ends all; resolves with those whose threads go on. */
  async terminate(): Promise<WorkerRecord[]> {
    const records = this.all;
    for (const { index } of records) this.remove(index);
    await Promise.all(records.map(({ launched }) => launched.terminate()));
    const gone = Array.from(this.#ending, ({ gone }) => gone.promise);
    await within(this.#host.clock, GONE_MS, Promise.all(gone));
    for (const { unwatch } of this.#ending) unwatch!();
    return [...this.#ending];
  }

  /** Starts a shared one with a number that none has now: keyed actors are found by the numbers of their hosts. */
  startShared(index: number, kind: WorkerKind): WorkerRecord {
    const generation = this.#generations.get(index) ?? 0;
    const { unresponsiveMs } = this.#host.settings;
    const shared = { index, kind, permissions: null, isOwn: false, label: null };
    return this.#start({ ...shared, unresponsiveMs, generation });
  }

  /**
   * Starts one for one actor or task.
   *
   * @throws {TypeError} when a thread is to keep permissions.
   */
  startOwn(
    kind: WorkerKind,
    permissions: Deno.PermissionOptions | null,
    ownLimitMs: number | null,
    label: string | null,
  ): WorkerRecord {
    checkPermissions(kind, permissions);
    const index = ++this.#indexes;
    const unresponsiveMs = ownLimitMs ?? this.#host.settings.unresponsiveMs;
    return this.#start({
      index,
      kind,
      permissions,
      isOwn: true,
      unresponsiveMs,
      label,
      generation: 0,
    });
  }

  /**
   * Starts a new thread for a host that is lost.
   *
   * @param placed How much else was placed there meanwhile.
   */
  startAgain(record: WorkerRecord, returning: ReadonlyMap<number, number>, placed: number): void {
    const identity = { ...record, generation: record.generation + 1 };
    const { startLimit } = this.#start(identity, returning, placed);
    startLimit.atLeast(record.startLimit.ms);
  }

  #start(
    { index, kind, permissions, isOwn, unresponsiveMs, label, generation }: Identity,
    returning: ReadonlyMap<number, number> = new Map(),
    placed = 0,
  ): WorkerRecord {
    const { systemId, settings, clock, links } = this.#host;
    const { near, far } = links.lines.make();
    const isCurrent = () => this.#records.get(index) === record;
    const onError = (error: Error) => {
      if (isCurrent()) this.#handlers.onFailed(index, error);
    };
    const firstSerial = generation * SERIALS;
    const pulse = unresponsiveMs === Infinity ? null : new Pulse();
    const init = {
      systemId,
      index,
      isOwn,
      settings,
      firstSerial,
      returning,
      unresponsiveMs,
      pulse: pulse?.memory ?? null,
      transportModule: this.#host.transportModule,
      line: far,
    };
    let launched: Launched;
    try {
      launched = launcherOf(kind).start(init, permissions, onError);
    } catch (error) {
      near.close();
      far.port.close();
      throw error;
    }
    const startLimit = new StartLimit(clock, settings.startTimeoutMs, (ms) => {
      const error = new Error(`Not ready within ${ms} ms`);
      if (isCurrent()) this.#handlers.onLost(index, error, null);
    });
    const identity = { index, kind, permissions, isOwn, unresponsiveMs, label, generation };
    const record: WorkerRecord = {
      ...identity,
      pulse,
      watch: null,
      launched,
      load: returning.size + placed,
      placements: new Placements(),
      unwatch: null,
      gone: Promise.withResolvers(),
      isReady: false,
      startLimit,
      unmourned: new Map(),
    };
    this.#records.set(index, record);
    if (!isOwn) this.#generations.set(index, generation + 1);
    this.#host.lost.renew(index);
    decide(this.#host, index, true, near);
    return record;
  }

  /** A worker holds its lock: whoever gets the lock after it knows that it has ended. */
  ready(index: number, life: string): void {
    const record = this.#records.get(index);
    if (record === undefined) return;
    this.report(record, record.generation === 0 ? "started" : "back");
    record.isReady = true;
    record.startLimit.cancel();
    record.watch = record.pulse?.watch(
      record.unresponsiveMs,
      this.#host.clock.setRealTimer,
      () => this.#onStuck(record),
    ) ?? null;
    record.unwatch = watchLife(life, async () => {
      record.unwatch = null;
      record.gone.resolve();
      this.#ending.delete(record);
      // What it died of may still be under way.
      const peer = this.#host.links.tryPeer(index);
      if (peer !== undefined) await drain(() => peer.received, this.#host.clock.yieldTo);
      if (this.#records.get(index) === record) this.#handlers.onLost(index, undefined, null);
    });
  }

  /** Tells the system's listeners what has become of a worker. */
  report({ index, kind }: WorkerRecord, state: HostChange["state"], cause?: unknown): void {
    const { observer, reports } = this.#host;
    if (state === "lost") observer?.hostLost?.(index, cause);
    else if (state === "back") observer?.hostBack?.(index);
    reports.report("host", { index, kind, state, cause });
  }

  /** A worker does not answer its heartbeat. */
  #onStuck(record: WorkerRecord): void {
    const { index, pulse, unresponsiveMs } = record;
    const { activity } = pulse!;
    const what = activity === null
      ? "It"
      : `Handler "${activity.handler}" of actor "${activity.actor}"`;
    const error = new Error(`${what} kept its thread busy for more than ${unresponsiveMs} ms`);
    if (activity !== null) record.label = activity.actor;
    const culprit = activity === null ? null : {
      serial: activity.serial,
      reason: { kind: "unresponsive", handler: activity.handler } as const,
    };
    this.#handlers.onLost(index, error, culprit);
  }
}
