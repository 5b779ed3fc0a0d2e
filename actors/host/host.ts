import { allSent } from "../../channels/packing/unsent.ts";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import { Deadlines } from "../../channels/waits/deadlines.ts";
import { OwnWait, type Wait } from "../../channels/waits/wait.ts";
import { flushLinks } from "../../channels/link/link.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import { handedOver, isHandingOver } from "../../channels/link/line.ts";
import { Cell } from "../cell/cell.ts";
import type { CellEnvironment, LocalActor } from "../cell/environment.ts";
import type { Guard } from "../cell/guard.ts";
import type { Coordinator } from "../hosts/coordinator.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { portLines } from "../messaging/lines.ts";
import { exited, hasEnded, stop, terminate } from "../lifecycle/control.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import { ChildrenAbroad } from "../hosts/children_abroad.ts";
import { Directory } from "../hosts/directory.ts";
import type { HostsMember } from "../hosts/inbox.ts";
import { Orders } from "../local/orders.ts";
import { Links } from "../messaging/links.ts";
import { LostHosts } from "../messaging/lost_hosts.ts";
import type { Control } from "../messaging/ref_owner.ts";
import { Requests } from "../messaging/requests.ts";
import { enterSystem, leaveSystem } from "../messaging/systems.ts";
import { dispatch } from "./dispatch.ts";
import { type Child, type Owner, stopInOrder, TimeShare, within } from "../cell/children.ts";
import { DEPARTED, EXITED, REPORT, STARTS_AGAIN } from "../messaging/protocol.ts";
import type { Pulse } from "../cell/pulse.ts";
import { Recent } from "../local/recent.ts";
import { Ref } from "../messaging/ref.ts";
import { type Address, type DefinedFunction, load } from "../definition/registry.ts";
import { Scheduler } from "../cell/scheduler.ts";
import { Survivors } from "../local/returning.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import { TaskQueue } from "../local/task_queue.ts";
import { apart, currentTurn } from "../cell/turn.ts";

/** One thread's part of a system: the actors that live here. */
export class Host implements CellEnvironment, Runtime, HostsMember {
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
  readonly cells = new Map<number, Cell>();
  /** Actors of a lost thread that are to start again here. */
  readonly survivors: Survivors;
  /** What the system started from this thread, in order of start. */
  readonly children = new Set<Child>();
  /** Tells the system's listeners. */
  onReport: <K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]) => void = () => {};
  /** What only host 0 has: the directory and the workers. */
  #coordinator: Coordinator | null = null;
  /** Tasks started from here that are not settled, and how they are called in errors. */
  readonly runs = new Map<Wait, string>();
  /** Module of the transport, for new workers. */
  transportModule: string | null = null;
  /** Shows that this thread goes on, where somebody watches. */
  pulse: Pulse | null = null;
  /** Dead letters noticed here, or reported to here. */
  deadLetters = 0;
  #serials: number;
  #claims = 0;
  #isQuiet = false;
  #isClosed = false;
  #isWindingUp = false;
  /** What actors had to give up since. */
  readonly #givenUp: Child[] = [];
  readonly #ended = new Recent<{ reason: ExitReason; name: string | undefined }, number>();

  constructor(
    systemId: string,
    index: number,
    isOwn: boolean,
    settings: Settings,
    clock: Clock,
    firstSerial = 0,
    survivors: ReadonlyMap<number, number> = new Map(),
  ) {
    this.systemId = systemId;
    this.index = index;
    this.isOwn = isOwn;
    this.settings = settings;
    this.clock = clock;
    this.scheduler = new Scheduler(clock);
    this.deadlines = new Deadlines(clock);
    this.tasks = new TaskQueue(clock);
    this.links = new Links(portLines, this.lost, {
      onEnvelope: (peer, envelope, context) => dispatch(this, peer, envelope, context),
      onBroken: (at, cause) => this.#broken(at, cause),
    });
    this.requests = new Requests(this.links, this.lost);
    this.directory = new Directory(index, this.requests);
    this.#serials = firstSerial;
    this.survivors = new Survivors(survivors);
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

  /**
   * Starts an actor here. A promise only when it has to wait: for an async `setup`, or to announce the name.
   *
   * @param owner Who stops it; the index of the other host when it was started from there.
   * @param guard Who decides about restarts.
   * @param claim Under which its name is reserved, if it has one.
   * @param onCell Called before `setup` is, with what can be killed.
   */
  start(
    definition: DefinedActor<unknown, unknown[]>,
    args: unknown[],
    owner: Owner | number,
    guard: Guard | null,
    claim: string | null,
    onCell: (cell: Cell) => void,
  ): Cell | Promise<Cell> {
    const cell = new Cell(this, ++this.#serials, definition, args, owner, guard);
    this.cells.set(cell.serial, cell);
    if (typeof owner === "object") owner.children.add(cell);
    onCell(cell);
    const started = cell.start();
    if (started === undefined && claim === null) return cell;
    return this.#announce(cell, started, claim);
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

  /** Starts an actor again that was on a thread which is lost; resolves when it runs. */
  revive(
    serial: number,
    definition: DefinedActor<unknown, unknown[]>,
    args: unknown[],
    owner: number,
    guard: Guard | null,
    reason: ExitReason,
    restarts: number,
    ages: readonly number[],
  ): { cell: Cell; resumed: Promise<void> } {
    const cell = new Cell(this, serial, definition, args, owner, guard);
    this.cells.set(serial, cell);
    this.survivors.settle(serial);
    return { cell, resumed: cell.revive(reason, restarts, ages) };
  }

  /** An actor that was to start again here will not. */
  abandon(serial: number, reason: ExitReason): void {
    const owner = this.survivors.ownerOf(serial);
    if (owner === undefined) return;
    this.#ended.note(serial, { reason, name: undefined });
    // Its name is not known here. Without host 0 there are no names any more.
    this.directory.ask(["release-of", serial]).catch(() => {});
    this.#announceEnd(owner, serial, reason);
    this.survivors.settle(serial);
    const isIdle = this.cells.size === 0 && this.survivors.size === 0;
    if (!this.isOwn || isIdle) this.departed(this.index);
  }

  async #announce(
    cell: Cell,
    started: void | Promise<void>,
    claim: string | null,
  ): Promise<Cell> {
    if (started !== undefined) {
      const hasEnded = await Promise.race([started, this.#endedBefore(started, cell)]);
      if (hasEnded) throw new ActorStoppedError(cell.label, "start actor");
    }
    if (claim === null) return cell;
    const name = cell.options.name!;
    try {
      await this.directory.ask(["name", { name, claim }, cell.serial]);
    } catch (error) {
      await cell.kill();
      throw error;
    }
    if (cell.isEnding) {
      // Perhaps it gave the name back before it had it.
      await cell.exited;
      await this.releaseName(name, cell.serial);
    }
    return cell;
  }

  /** Resolves to `true` when it has ended before its `setup` is done, which may go on for ever. */
  async #endedBefore(started: Promise<void>, cell: Cell): Promise<true> {
    const { kind } = await cell.exited;
    // It is what the start fails of.
    if (kind === "error") await started;
    return true;
  }

  /** An actor that another host has started is about to start again of its own budget. */
  startsAgain(owner: number, serial: number): void {
    const link = this.links.tryPeer(owner)?.link;
    link?.send([STARTS_AGAIN, serial]);
    // The next life may end the thread before anything is posted.
    link?.flush();
  }

  /** A cell has come to its final end. */
  ended(actor: LocalActor, reason: ExitReason): void {
    const { serial, owner, options: { name } } = actor;
    this.cells.delete(serial);
    this.#ended.note(serial, { reason, name });
    if (typeof owner === "object") owner.children.delete(actor);
    else this.#announceEnd(owner, serial, reason);
    if (this.isOwn && owner !== 0) this.#announceEnd(0, serial, reason);
  }

  #announceEnd(to: number, serial: number, reason: ExitReason): void {
    const packet = capture([reason], OVER_LINK, "reason", "reason");
    this.links.tryPeer(to)?.link.send([EXITED, serial, packet.payload], packet);
  }

  /** A reference to an actor of this host that has ended. */
  endedRef(serial: number): Ref {
    return this.refOf(this.index, serial, this.#ended.get(serial)?.name);
  }

  /** Resolves at the final end of an actor of this host. */
  exited(serial: number): Promise<ExitReason> {
    const cell = this.cells.get(serial);
    if (cell !== undefined) return cell.exited;
    if (this.survivors.has(serial)) return this.whenBack(serial).then(() => this.exited(serial));
    // Perhaps it was on the thread that this one replaces.
    return Promise.resolve(this.#ended.get(serial)?.reason ?? { kind: "unknown" });
  }

  /** Resolves once it is known what has become of an actor that is to start again here. */
  whenBack(serial: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.survivors.defer(serial, resolve)) resolve();
    });
  }

  /**
   * Something that host 0 placed on this host or another has ended.
   *
   * @param isInOrder Whether it ended by itself or was stopped, so that what it has sent is to arrive.
   */
  departed(at: number, isInOrder = true): void {
    if (this.coordinator !== null) this.coordinator.departed(at);
    else if (this.isOwn && at === this.index) void this.#leave(isInOrder);
    else this.#tellDeparted(at, isInOrder);
  }

  /**
   * This thread is ended by host 0; but not before it has passed on what came for pipe ends that have left it, and
   * what it has sent has its place. Nobody waits for that; where a channel stays full it is lost in the end.
   */
  async #leave(isInOrder: boolean): Promise<void> {
    // The platform tells of a rejection that nobody caught when the turn of the event loop is over.
    if (isInOrder) await new Promise<void>(this.clock.yieldTo);
    // What was killed goes on until the thread ends: that must not take a moment longer than it has to.
    if (isInOrder || isHandingOver()) {
      const sent = isInOrder ? allSent() : undefined;
      await within(this.clock, this.settings.shutdownMs, Promise.all([handedOver(), sent]));
      flushLinks();
    }
    this.#tellDeparted(this.index, isInOrder);
  }

  /** Waits until what was sent here has its place, but not longer than `ms` milliseconds. */
  async sendAll(ms: number): Promise<void> {
    await within(this.clock, ms, allSent());
    flushLinks();
  }

  #tellDeparted(at: number, isInOrder: boolean): void {
    const isIdle = this.cells.size === 0 && this.survivors.size === 0;
    this.links.tryPeer(0)?.link.send([DEPARTED, at, isIdle, isInOrder]);
  }

  /** Frees the name of an actor that has ended. */
  async releaseName(name: string, serial: number): Promise<void> {
    try {
      await this.directory.ask(["release", name, serial]);
    } catch (error) {
      // Without host 0 there are no names any more.
      const ref = this.refOf(this.index, serial, name);
      this.report("error", { ref, handler: "exit", host: this.index, error });
    }
  }

  /** Reports an event of the system, here and on host 0. */
  report<K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]): void {
    if (type === "deadletter") this.deadLetters++;
    apart(() => this.onReport(type, detail));
    if (this.index === 0) return;
    const packet = capture([detail], OVER_LINK, "event", "detail");
    this.links.tryPeer(0)?.link.send([REPORT, type, packet.payload], packet);
  }

  /** Reports a message that was not handled. */
  deadLetter(ref: ActorRef<unknown>, handler: string, why: string): void {
    this.report("deadletter", { ref, handler, why });
  }

  /**
   * Ends what the system started from here: waits for the tasks, then stops the rest in reverse order, what waits in the
   * mailboxes first. A task that takes longer goes on meanwhile.
   *
   * @param others Ends, between the two, what was started elsewhere; gives the names of what did not end.
   * @returns The names of what did not end within `ms` milliseconds; the actors among them are killed.
   */
  async windUp(
    ms: number,
    others: (ms: number) => Promise<string[]> = () => Promise.resolve([]),
  ): Promise<string[]> {
    using time = new TimeShare(this.clock, ms);
    await time.wait(this.#tasksOver());
    const abandoned = await others(time.leftMs);
    this.#isWindingUp = true;
    const left = await stopInOrder(this.clock, this, true, time.leftMs);
    await within(this.clock, time.leftMs, this.#tasksOver());
    const labels = [...left, ...this.#givenUp].map(({ label }) => label);
    return [...abandoned, ...labels, ...this.runs.values()];
  }

  /** An actor has ended that had to give up these of its children. */
  gaveUp(children: Child[]): void {
    if (this.#isWindingUp) this.#givenUp.push(...children);
  }

  async #tasksOver(): Promise<void> {
    await Promise.allSettled(Array.from(this.runs.keys(), (run) => run.promise));
  }

  /** From now on timers do not fire, and only actors may send. */
  quiet(): void {
    this.#isQuiet = true;
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
