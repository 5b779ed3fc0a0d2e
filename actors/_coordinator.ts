import { HostLostError } from "../channels/errors.ts";
import { capture, drain, type Timer, watchLife } from "../channels/internal.ts";
import { transfer } from "../channels/transfer.ts";
import type { Host } from "./_host.ts";
import { Names } from "./_names.ts";
import type { WorkerKind } from "./options.ts";
import { within } from "./_owner.ts";
import { captureError, type Peer } from "./_peer.ts";
import { CONNECT, LOST, type PlaceRequest, type Question, QUIET, SHUTDOWN } from "./_protocol.ts";
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
}

/** What only host 0 does: it starts and watches the workers, places actors on them and knows their names. */
export class Coordinator {
  readonly #host: Host;
  readonly #limit: number;
  readonly #kind: WorkerKind;
  readonly #names = new Names();
  readonly #workers = new Map<number, WorkerRecord>();
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
        return this.#host.network.reasonOf(question[1], question[2]) ?? null;
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
  place({ on, worker, permissions }: PlaceRequest): number {
    if (on === "own") {
      const record = this.#start(worker ?? this.#kind, permissions as Deno.PermissionOptions, true);
      return record.index;
    }
    if (this.#limit === 0) return 0;
    const shared = [...this.#workers.values()].filter(({ isOwn }) => !isOwn);
    let chosen = shared.reduce<WorkerRecord | undefined>(
      (least, each) => least === undefined || each.load < least.load ? each : least,
      undefined,
    );
    if (chosen === undefined || chosen.load > 0 && shared.length < this.#limit) {
      chosen = this.#start(this.#kind, null, false);
    }
    chosen.load++;
    return chosen.index;
  }

  /** Something placed on a host has ended. */
  departed(index: number): void {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    if (record.isOwn) this.#lose(index, new Error("Its only actor has ended"));
    else record.load--;
  }

  /** A worker holds its lock: whoever gets the lock after it knows that it has ended. */
  ready(index: number, life: string): void {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    record.startTimer.cancel();
    record.unwatch = watchLife(life, () => this.#lose(index, undefined));
  }

  /** A worker has said what it dies of. */
  failed(index: number, error: unknown): void {
    this.#lose(index, error);
  }

  /** Passes a port on from one host to another. */
  introduce(from: Peer, to: number, port: MessagePort): void {
    const peer = this.#host.network.tryPeer(to);
    // A port that is sent to a thread that has ended is never closed; whoever waits will hear of the loss.
    if (peer === undefined || !this.#workers.has(to)) {
      port.close();
      const loss = this.#host.network.lossOf(to);
      if (loss !== undefined) this.#announceLoss(from, to, loss, null);
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
    return abandoned;
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

  #start(kind: WorkerKind, permissions: Deno.PermissionOptions | null, isOwn: boolean) {
    if (kind === "thread" && permissions !== null) {
      throw new TypeError(
        'Cannot place: permissions need worker: "web", a thread cannot keep them',
      );
    }
    const { systemId, settings, clock, network } = this.#host;
    const index = ++this.#indexes;
    const { port1, port2 } = new MessageChannel();
    const onError = (error: Error) => this.#lose(index, error);
    const init = { systemId, index, isOwn, settings, port: port2 };
    let process: WorkerProcess;
    try {
      process = startProcess(init, { kind, permissions, onError });
    } catch (error) {
      port1.close();
      port2.close();
      throw error;
    }
    network.connect(index, port1);
    const late = () => onError(new Error(`Not ready within ${settings.startTimeoutMs} ms`));
    const startTimer = clock.setTimer(late, settings.startTimeoutMs);
    const record: WorkerRecord = { index, process, isOwn, load: 0, unwatch: null, startTimer };
    this.#workers.set(index, record);
    return record;
  }

  /** A worker has ended, or has to. */
  async #lose(index: number, cause: unknown, victim: number | null = null): Promise<void> {
    const record = this.#workers.get(index);
    if (record === undefined) return;
    this.#workers.delete(index);
    this.#dismiss(record);
    const peer = this.#host.network.tryPeer(index);
    if (peer !== undefined) await drain(() => peer.received, this.#host.clock.yieldTo);
    const error = new HostLostError(index, cause === undefined ? {} : { cause });
    this.#names.lose(index);
    this.#host.network.lose(index, error, victim);
    for (const other of this.#workers.keys()) {
      const peer = this.#host.network.tryPeer(other);
      if (peer !== undefined) this.#announceLoss(peer, index, error, victim);
    }
    await record.process.terminate();
  }

  async #condemn(index: number, victim: number): Promise<void> {
    await this.#lose(index, new Error("It was ended to kill an actor"), victim);
  }

  #dismiss({ unwatch, startTimer }: WorkerRecord): void {
    unwatch?.();
    startTimer.cancel();
  }

  #announceLoss(to: Peer, index: number, error: HostLostError, victim: number | null): void {
    const packet = captureError(error.cause);
    to.link.send([LOST, index, packet.payload, victim], packet);
  }
}
