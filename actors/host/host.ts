import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import { Deadlines } from "../../channels/waits/deadlines.ts";
import { OwnWait, type Wait } from "../../channels/waits/wait.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import type { Cell } from "../cell/cell.ts";
import type { CellEnvironment } from "../cell/environment.ts";
import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import type { Coordinator } from "../hosts/coordinator.ts";
import { KeyedActors, type KeyedHost } from "../keyed/keyed_actors.ts";
import type { Kept } from "../keyed/kept.ts";
import type { DurableLeader } from "../keyed/durable_leader.ts";
import { KIND } from "../messaging/protocol.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import { portLines } from "../messaging/lines.ts";
import { exited, hasEnded, stop, terminate } from "../lifecycle/control.ts";
import { LocalActors } from "../lifecycle/local_actors.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import { ChildrenAbroad } from "../hosts/children_abroad.ts";
import { Directory } from "../hosts/directory.ts";
import type { HostsMember } from "../hosts/inbox.ts";
import { Orders } from "../local/orders.ts";
import { Links } from "../messaging/links.ts";
import { LostHosts } from "../messaging/lost_hosts.ts";
import type { Control, OutputGate } from "../messaging/ref_owner.ts";
import { Requests } from "../messaging/requests.ts";
import { enterSystem, leaveSystem } from "../messaging/systems.ts";
import { dispatch } from "./dispatch.ts";
import type { Child } from "../cell/children.ts";
import { Departures } from "./_departures.ts";
import type { Observer } from "../vocabulary/observer.ts";
import { Reports } from "../messaging/reports.ts";
import { Ref } from "../messaging/ref.ts";
import { type Address, type DefinedFunction, load } from "../definition/registry.ts";
import { Scheduler } from "../cell/scheduler.ts";
import { Near } from "../hosts/placement.ts";
import type { Returning } from "../local/returning.ts";
import type { Settings } from "../vocabulary/settings.ts";
import { WindUp } from "./_wind_up.ts";
import { TaskQueue } from "../local/task_queue.ts";
import { currentTurn } from "../cell/turn.ts";

// Least time for the store to end.
const STORE_MS = 500;

/** One thread's part of a system: the actors that live here. */
export class Host implements CellEnvironment, Runtime, HostsMember, KeyedHost {
  readonly label = "system";
  readonly what = "system";
  readonly systemId: string;
  /** 0 for the thread that made the system, then in order of start. */
  readonly index: number;
  /** Whether the thread was started for one actor or task, and ends with it. */
  readonly isOwn: boolean;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly deadlines: Deadlines;
  readonly tasks: TaskQueue;
  /** The hosts that have ended. */
  readonly lost = new LostHosts();
  readonly here: Near;
  readonly links: Links;
  readonly requests: Requests;
  readonly directory: Directory;
  /** Orders to end that were given here to actors elsewhere. */
  readonly orders = new Orders();
  /** Actors elsewhere that were started from here. */
  readonly abroad = new ChildrenAbroad();
  readonly control: Control = {
    stop: (ref, drain) => stop(this, ref, drain),
    terminate: (ref) => terminate(this, ref),
    exited: (ref) => exited(this, ref),
    hasEnded: (ref) => hasEnded(this, ref),
  };
  readonly actors: LocalActors;
  // Beside each other, because each message needs them.
  readonly cells: ReadonlyMap<number, Cell>;
  readonly returning: Returning;
  readonly reports: Reports;
  readonly keyed: KeyedActors;
  gate: OutputGate | null = null;
  /** The keyed actors that are to be active always, on host 0; `null` when there are none. */
  kept: Kept | null = null;
  /** What host 0 does for durable actors; `null` when the system has no store. */
  durable: DurableLeader | null = null;
  /** What the system started from this thread, in order of start. */
  readonly children = new Set<Child>();
  /** What only host 0 has: the directory and the workers. */
  #coordinator: Coordinator | null = null;
  /** Tasks started from here that are not settled, and how they are called in errors. */
  readonly runs = new Map<Wait, string>();
  /** Module of the transport, for new workers. */
  transportModule: string | null = null;
  /** Hears of what happens here. */
  observer: Observer | null = null;
  readonly #departures: Departures;
  readonly #windUp: WindUp;
  #claims = 0;
  #isQuiet = false;
  #isClosed = false;

  constructor(
    systemId: string,
    index: number,
    isOwn: boolean,
    settings: Settings,
    clock: Clock,
    firstSerial = 0,
    returning: ReadonlyMap<number, number> = new Map(),
  ) {
    this.systemId = systemId;
    this.index = index;
    this.here = new Near(index);
    this.isOwn = isOwn;
    this.settings = settings;
    this.clock = clock;
    this.scheduler = new Scheduler(clock);
    this.deadlines = new Deadlines(clock);
    this.tasks = new TaskQueue(clock);
    this.links = new Links(portLines, this.lost, index === 0, {
      onEnvelope: (peer, envelope, context) => dispatch(this, peer, envelope, context),
      onBroken: (at, cause) => this.#broken(at, cause),
      onNeeded: (at) => this.#coordinator?.need(at),
    });
    this.requests = new Requests(this.links, this.lost);
    this.directory = new Directory(index, this.requests);
    this.reports = new Reports(index, this.links);
    this.actors = new LocalActors(this, firstSerial, returning);
    this.cells = this.actors.cells;
    this.returning = this.actors.returning;
    this.keyed = new KeyedActors(this);
    this.#departures = new Departures(this);
    this.#windUp = new WindUp(this);
    enterSystem(this);
  }

  get coordinator(): Coordinator | null {
    return this.#coordinator;
  }

  /** Makes this host the leader of its system. */
  lead(coordinator: Coordinator): void {
    this.#coordinator = this.directory.leader = coordinator;
  }

  /** Another host sends what none does: it cannot be trusted to go on. */
  #broken(at: number, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : cause;
    const what = `It sent what cannot be handled: ${why}`;
    if (this.#coordinator !== null) {
      return this.#coordinator.broken(at, new Error(what, { cause }));
    }
    // Nothing goes on here without host 0.
    if (at === 0) throw cause;
    this.directory.ask(["broken", at, what]).catch(() => {});
  }

  /** A reference to an actor of this system. */
  refOf(at: number, serial: number, name: string | undefined): Ref {
    return new Ref(this, at, serial, name);
  }

  /** A kind of keyed actors is used here that host 0 may not know. */
  announceKind(definition: DefinedKeyed<unknown>): void {
    if (this.#coordinator !== null) return this.#coordinator.kinds.add(definition);
    const packet = capture([definition], OVER_LINK, "kind", "definition");
    this.links.tryPeer(0)?.link.send([KIND, packet.payload], packet);
  }

  /** Tells one start with a name from all others of the system. */
  newClaim(): string {
    return `${this.index}.${++this.#claims}`;
  }

  /**
   * Finds a definition; a promise when its module has to be imported first.
   *
   * @param startTimeoutMs Its own limit, when it has one.
   * @throws Rejects with what the import throws, `DefinitionError`, or a `TimeoutError` when the module has not come to
   * its end in time.
   */
  load(
    address: Address,
    startTimeoutMs: number = this.settings.startTimeoutMs,
  ): DefinedFunction | Promise<DefinedFunction> {
    const loaded = load(address);
    if (!(loaded instanceof Promise)) return loaded;
    const wait = new OwnWait<DefinedFunction>(() => `load module ${address.url}`);
    loaded.then((fn) => wait.resolve(fn), (error) => wait.reject(error));
    this.deadlines.start(wait, undefined, startTimeoutMs);
    return wait.promise;
  }

  /**
   * Something that host 0 placed on this host or another has ended.
   *
   * @param isInOrder Whether it ended by itself or was stopped, so that what it has sent is to arrive.
   */
  departed(at: number, isInOrder = true): void {
    this.#departures.departed(at, isInOrder);
  }

  /** Waits until what was sent here has its place, but not longer than `ms` milliseconds. */
  sendAll(ms: number): Promise<void> {
    return this.#departures.sendAll(ms);
  }

  /**
   * Ends what the system started from here.
   *
   * @param others Ends what was started elsewhere; gives the names of what did not end.
   * @returns The names of what did not end within `ms` milliseconds.
   */
  windUp(
    ms: number,
    others: (ms: number) => Promise<string[]> = () => Promise.resolve([]),
  ): Promise<string[]> {
    const ended = this.#windUp.run(ms, others);
    return this.durable === null ? ended : this.#storeEnded(ended, ms, this.durable);
  }

  /** The store ends after all that may need it. */
  async #storeEnded(
    ended: Promise<string[]>,
    ms: number,
    durable: DurableLeader,
  ): Promise<string[]> {
    const start = this.clock.now();
    const abandoned = await ended;
    this.keyed.close();
    await durable.stop(Math.max(STORE_MS, ms - (this.clock.now() - start)));
    return abandoned;
  }

  /** It is decided whether a lost host is back. */
  lossDecided(index: number): void {
    this.kept?.lost(index);
  }

  /** An actor has ended that had to give up these of its children. */
  gaveUp(children: Child[]): void {
    this.#windUp.gaveUp(children);
  }

  /** From now on timers do not fire, and only actors may send. */
  quiet(): void {
    this.#isQuiet = true;
    this.keyed.quiet();
    this.durable?.quiet();
    this.kept?.quiet();
    for (const cell of this.cells.values()) cell.stopTimers();
  }

  /**
   * Whether the caller may not send any more. What comes from a thread on which a task runs may be that task's, and on
   * a worker of its own there is nobody else.
   */
  refuses(): boolean {
    if (!this.#isQuiet || currentTurn() !== null) return false;
    return this.#isClosed || !this.isOwn && !this.tasks.isBusy;
  }

  /** @throws {ActorStoppedError} when the system shuts down and the caller is not one of its actors. */
  checkOpen(doing: string): void {
    if (this.refuses()) throw systemEnded(doing);
  }

  /** The last step of a shutdown. */
  close(): void {
    const reason = () => frameless(() => systemEnded("wait any longer"));
    this.#isQuiet = this.#isClosed = true;
    this.links.close(reason);
    this.requests.close(reason);
    this.lost.close();
    this.deadlines.close(reason);
    leaveSystem(this);
  }
}

function systemEnded(doing: string): ActorStoppedError {
  return new ActorStoppedError("system", doing, { what: "system" });
}
