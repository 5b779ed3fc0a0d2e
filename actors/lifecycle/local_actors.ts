import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { Cell } from "../cell/cell.ts";
import type { Owner } from "../cell/children.ts";
import type { CellEnvironment, LocalActor, Neighbours } from "../cell/environment.ts";
import type { Guard } from "../cell/guard.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { Directory } from "../hosts/directory.ts";
import { Recent } from "../local/recent.ts";
import { Returning } from "../local/returning.ts";
import type { Links } from "../messaging/links.ts";
import { EXITED, STARTS_AGAIN } from "../messaging/protocol.ts";
import type { Target } from "../messaging/ref_owner.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";

type AnyActor = DefinedActor<unknown, unknown[]>;

/** What the actors of a thread need of it together. */
export interface ActorsHost extends CellEnvironment {
  /** Whether the thread was started for one actor or task, and ends with it. */
  readonly isOwn: boolean;
  readonly links: Links;
  readonly directory: Directory;
  refOf(at: number, serial: number, name: string | undefined): Target;
  /** Something that host 0 placed on a host has ended. */
  departed(at: number): void;
}

/** The actors of one thread: starts them here, and remembers why those have ended that have. */
export class LocalActors implements Neighbours {
  /** Those that live, by serial. */
  readonly cells = new Map<number, Cell>();
  /** Those of a lost thread that are to start again here. */
  readonly returning: Returning;
  readonly #host: ActorsHost;
  readonly #ended = new Recent<{ reason: ExitReason; name: string | undefined }, number>();
  #serials: number;

  /**
   * @param firstSerial What the numbers of new ones come after.
   * @param returning Those of a lost thread that are to start again, and the hosts that will start them.
   */
  constructor(host: ActorsHost, firstSerial: number, returning: ReadonlyMap<number, number>) {
    this.#host = host;
    this.#serials = firstSerial;
    this.returning = new Returning(returning);
  }

  /** Whether there is none, and none will be back. */
  get isIdle(): boolean {
    return this.cells.size === 0 && this.returning.size === 0;
  }

  /**
   * Starts an actor. A promise only when it has to wait: for an async `setup`, or to announce the name.
   *
   * @param owner Who stops it; the index of the other host when it was started from there.
   * @param guard Who decides about restarts.
   * @param claim Under which its name is reserved, if it has one.
   * @param onCell Called before `setup` is, with what can be killed.
   */
  start(
    definition: AnyActor,
    args: unknown[],
    owner: Owner | number,
    guard: Guard | null,
    claim: string | null,
    onCell: (cell: Cell) => void,
  ): Cell | Promise<Cell> {
    const cell = new Cell(this.#host, ++this.#serials, definition, args, owner, guard);
    this.cells.set(cell.serial, cell);
    this.#host.observer?.started?.(cell);
    if (typeof owner === "object") owner.children.add(cell);
    onCell(cell);
    const started = cell.start();
    if (started === undefined && claim === null) return cell;
    return this.#announce(cell, started, claim);
  }

  /** Adds an actor that is found by its key. */
  adopt<C extends Cell>(make: (serial: number) => C, owner: Owner): C {
    const cell = make(++this.#serials);
    this.cells.set(cell.serial, cell);
    owner.children.add(cell);
    this.#host.observer?.started?.(cell);
    return cell;
  }

  /** Takes out an actor that is asleep: there is nothing of it until it is activated again. */
  release(cell: Cell, owner: Owner): void {
    this.cells.delete(cell.serial);
    owner.children.delete(cell);
    this.#host.observer?.ended?.(cell, { kind: "normal" });
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
      await this.#host.directory.ask(["name", { name, claim }, cell.serial]);
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

  /**
   * Starts an actor again that was on a thread which is lost; resolves when it runs.
   *
   * @param ages How long ago its restarts were that count in its own budget.
   */
  revive(
    serial: number,
    definition: AnyActor,
    args: unknown[],
    owner: number,
    guard: Guard | null,
    reason: ExitReason,
    restarts: number,
    ages: readonly number[],
  ): { cell: Cell; resumed: Promise<void> } {
    const cell = new Cell(this.#host, serial, definition, args, owner, guard);
    this.cells.set(serial, cell);
    this.returning.settle(serial);
    return { cell, resumed: cell.revive(reason, restarts, ages) };
  }

  /** An actor that was to start again here will not. */
  forgo(serial: number, reason: ExitReason): void {
    const owner = this.returning.ownerOf(serial);
    if (owner === undefined) return;
    const { directory, isOwn, index } = this.#host;
    this.#ended.note(serial, { reason, name: undefined });
    // Its name is not known here. Without host 0 there are no names any more.
    directory.ask(["release-of", serial]).catch(() => {});
    this.#announceEnd(owner, serial, reason);
    this.returning.settle(serial);
    if (!isOwn || this.isIdle) this.#host.departed(index);
  }

  /** An actor that another host has started is about to start again of its own budget. */
  startsAgain(owner: number, serial: number): void {
    const link = this.#host.links.tryPeer(owner)?.link;
    link?.send([STARTS_AGAIN, serial]);
    // The next life may end the thread before anything is posted.
    link?.flush();
  }

  /** An actor has come to its final end. */
  ended(actor: LocalActor, reason: ExitReason): void {
    const { serial, owner, options: { name } } = actor;
    this.cells.delete(serial);
    this.#ended.note(serial, { reason, name });
    this.#host.observer?.ended?.(actor, reason);
    if (typeof owner === "object") owner.children.delete(actor);
    else this.#announceEnd(owner, serial, reason);
    if (this.#host.isOwn && owner !== 0) this.#announceEnd(0, serial, reason);
  }

  #announceEnd(to: number, serial: number, reason: ExitReason): void {
    const packet = capture([reason], OVER_LINK, "reason", "reason");
    this.#host.links.tryPeer(to)?.link.send([EXITED, serial, packet.payload], packet);
  }

  /** A reference to an actor that has ended. */
  endedRef(serial: number): Target {
    return this.#host.refOf(this.#host.index, serial, this.#ended.get(serial)?.name);
  }

  /** Frees the name of an actor that has ended. */
  async releaseName(name: string, serial: number): Promise<void> {
    const { directory, reports, index } = this.#host;
    try {
      await directory.ask(["release", name, serial]);
    } catch (error) {
      // Without host 0 there are no names any more.
      const ref = this.#host.refOf(index, serial, name);
      reports.report("error", { ref, handler: "exit", host: index, error });
    }
  }

  /** Resolves at the final end of an actor. */
  exited(serial: number): Promise<ExitReason> {
    const cell = this.cells.get(serial);
    if (cell !== undefined) return cell.exited;
    if (this.returning.has(serial)) return this.whenBack(serial).then(() => this.exited(serial));
    // Perhaps it was on the thread that this one replaces.
    return Promise.resolve(this.#ended.get(serial)?.reason ?? { kind: "unknown" });
  }

  /** Resolves once it is known what has become of an actor that is to start again here. */
  whenBack(serial: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.returning.defer(serial, resolve)) resolve();
    });
  }
}
