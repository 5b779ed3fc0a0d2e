import { Wait } from "../../channels/waits/wait.ts";
import type { Cell } from "../cell/cell.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import { functionHere } from "../definition/function_here.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Runtime } from "./runtime.ts";
import type { Owner } from "../cell/children.ts";
import type { Pending } from "../messaging/remote_reply.ts";
import { SPAWN } from "../messaging/protocol.ts";
import type { Reservation } from "../messaging/questions.ts";
import type { Target } from "../messaging/ref_owner.ts";
import { killThere } from "./control.ts";
import type { Guarded, SteeringGuard } from "../cell/guard.ts";
import type { Spot } from "./place.ts";
import { RemoteChild } from "./remote_child.ts";
import type { StartArgs } from "../cell/start_args.ts";

type AnyActor = DefinedActor<unknown, unknown[]>;

/** An actor that somebody wants, and who wants it. */
export interface StartRequest {
  readonly host: Runtime;
  readonly definition: AnyActor;
  readonly args: StartArgs;
  readonly owner: Owner;
  /** Who decides about restarts, instead of the actor's own budget. */
  readonly guard: SteeringGuard | null;
}

/**
 * The start of an actor that takes time, from the request on.
 *
 * Until the actor has been made, which is before its `setup` runs, this stands in its owner's books in its place: so
 * whatever the owner decides meanwhile reaches the actor, and whatever comes from the actor finds its owner.
 *
 * | until                     | what the owner decides            |
 * | ------------------------- | --------------------------------- |
 * | its place is known        | holds then: nothing is made       |
 * | its module is loaded here | holds at once: nothing is made    |
 * | it is made on its host    | waits for that, but for a `kill`  |
 * | from then on              | goes to the actor                 |
 */
export class Start extends Wait<unknown> implements Guarded, Pending {
  /** Resolves when `setup` is done. */
  readonly ref: Promise<Target>;
  readonly #request: StartRequest;
  #spot: Spot | null = null;
  /** Number of the request, when it has gone to another host. */
  #id: number | null = null;
  #actor: Cell | RemoteChild | null = null;
  /** Why the actor is not to be made any more. */
  #refusal: ActorStoppedError | null = null;
  /** Settles when the actor has been made, or will not be. */
  #decided: PromiseWithResolvers<void> | null = null;
  #isOver = false;

  /** @param reservation Of its name, which holds once its place is known. */
  constructor(
    request: StartRequest,
    spot: Spot | Promise<Spot>,
    reservation: Reservation | null,
  ) {
    super();
    this.#request = request;
    request.owner.children.add(this);
    request.guard?.attach(this);
    this.ref = this.#run(spot, reservation);
  }

  get label(): string {
    const { options: { name }, address } = this.#request.definition;
    return name ?? `of ${address.url}`;
  }

  override describe(): string {
    const { name } = this.#request.definition.options;
    return `start actor ${name === undefined ? this.label : `"${name}"`}`;
  }

  async #run(
    spot: Spot | Promise<Spot>,
    reservation: Reservation | null,
  ): Promise<Target> {
    const { host, definition } = this.#request;
    const { startTimeoutMs = host.settings.startTimeoutMs, name } = definition.options;
    try {
      const known = this.#spot = "then" in spot ? await spot : spot;
      if (this.#refusal !== null) throw this.#refusal;
      const claim = reservation?.claim ?? null;
      if (host.deadlines.start(this, undefined, startTimeoutMs)) this.#begin(known, claim);
      await this.promise;
      return host.refOf(known.at, this.#actor!.serial, name);
    } catch (error) {
      if (this.#actor === null && this.#id === null) this.#request.args.abandon();
      if (this.#spot !== null) await this.#leaveSpot(this.#spot, reservation);
      throw error;
    } finally {
      this.#request.owner.children.delete(this);
      this.#isOver = true;
      this.#decided?.resolve();
    }
  }

  /** It has been made on another host. */
  born(serial: number): void {
    const { host, definition, args, owner, guard } = this.#request;
    const { at, counted } = this.#spot!;
    const ref = host.refOf(at, serial, definition.options.name);
    const child = new RemoteChild(host, ref, definition, args, owner, counted, guard);
    host.abroad.adopt(child);
    this.#made(child);
  }

  override resolve(value: unknown): void {
    if (this.#actor instanceof RemoteChild) this.#actor.started();
    super.resolve(value);
  }

  async stop(reason: ExitReason, drain?: boolean): Promise<boolean> {
    await this.#refuse();
    return await this.#actor?.stop(reason, drain) ?? true;
  }

  async finish(reason: ExitReason): Promise<void> {
    await this.#refuse();
    await this.#actor?.finish(reason);
  }

  async kill(): Promise<void> {
    const decided = this.#refuse();
    if (this.#actor === null && this.#id !== null) this.giveUp(this.#refusal);
    await decided;
    await this.#actor?.kill();
  }

  // As long as nothing runs there is nothing to end for a while.
  async halt(): Promise<void> {
    await this.#actor?.halt();
  }

  async resume(reason: ExitReason): Promise<void> {
    await this.#actor?.resume(reason);
  }

  /** The time is over, or it was killed. */
  override onGivenUp(): void {
    const { host } = this.#request;
    const actor = this.#actor;
    if (this.#id !== null) host.requests.withdraw(this.#spot!.at, this.#id);
    if (actor instanceof RemoteChild) killThere(host, actor.at, actor.serial);
    else void actor?.kill();
  }

  #begin({ at, counted }: Spot, claim: string | null): void {
    const { host, definition, args, guard } = this.#request;
    if (at === host.index) return void this.#startHere(claim);
    try {
      const packet = args.toSend();
      const what = definition.payload();
      const isGuarded = guard !== null;
      const envelope = (id: number) =>
        [SPAWN, id, counted, isGuarded, claim, what, packet.payload] as const;
      const whenUnsent = counted ? () => host.departed(at) : undefined;
      this.#id = host.requests.send(at, this, envelope, packet, whenUnsent);
    } catch (error) {
      this.reject(error);
    }
  }

  async #startHere(claim: string | null): Promise<void> {
    const { host, definition, args, owner, guard } = this.#request;
    const { counted } = this.#spot!;
    try {
      const isHere = functionHere(definition.setup) !== null;
      const { address, options } = definition;
      const loaded = isHere
        ? definition
        : definition.loaded(await host.load(address, options.startTimeoutMs));
      if (this.settled) return;
      await host.actors.start(loaded, args.here(), owner, guard, claim, (cell) => {
        this.#made(cell);
        if (counted) cell.exited.then(() => host.departed(host.index));
      });
      this.resolve(null);
    } catch (error) {
      this.reject(error);
    }
  }

  #made(actor: Cell | RemoteChild): void {
    const { owner, guard } = this.#request;
    this.#actor = actor;
    owner.children.delete(this);
    guard?.attach(actor);
    this.#decided?.resolve();
  }

  /** The owner does not want it any more; resolves when it is known whether it has been made. */
  #refuse(): Promise<void> | undefined {
    if (this.#actor !== null || this.#isOver) return;
    if (this.#refusal === null) {
      const { label, what } = this.#request.owner;
      this.#refusal = new ActorStoppedError(label, this.describe(), { what });
      // An owner that has ended need not hear of it.
      this.ref.catch(() => {});
    }
    const isLoadedHere = this.#spot !== null && this.#id === null;
    if (isLoadedHere) this.giveUp(this.#refusal);
    return (this.#decided ??= Promise.withResolvers()).promise;
  }

  /** It has not started there, and its name is free again. */
  async #leaveSpot({ at, counted }: Spot, reservation: Reservation | null): Promise<void> {
    const { host } = this.#request;
    if (counted && this.#actor === null && this.#id === null) host.departed(at);
    // Without host 0 there are no names any more.
    if (reservation !== null) {
      await host.directory.ask(["unclaim", reservation]).catch(() => {});
    }
  }
}
