import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { stop, terminate } from "./control.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { ChildAbroad } from "../hosts/children_abroad.ts";
import type { Owner } from "../cell/children.ts";
import type { Guard, Guarded } from "../cell/guard.ts";
import {
  type Culprit,
  FINISH,
  HALT,
  type HostEnvelope,
  RESUME,
  REVIVE,
} from "../messaging/protocol.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { Runtime } from "./runtime.ts";
import { startsAgain } from "../vocabulary/restart_kind.ts";
import { OwnBudget } from "../cell/own_budget.ts";
import type { StartArgs } from "../cell/start_args.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";

/** An actor on another host as its owner sees it, who starts it again when that host is lost. */
export class RemoteChild implements Guarded, ChildAbroad {
  readonly owner: Owner;
  readonly #host: Runtime;
  readonly #ref: Target;
  readonly #definition: DefinedActor<unknown, unknown[]>;
  readonly #args: StartArgs;
  readonly #counted: boolean;
  readonly #guard: Guard | null;
  #hasStarted = false;
  #restarts = 0;
  #budget: OwnBudget | null = null;
  /** Why its host has to start it again, until it has been asked to. */
  #loss: ExitReason | null = null;

  /**
   * @param counted Whether host 0 chose its place.
   * @param guard Who decides about restarts, instead of the actor's own budget.
   */
  constructor(
    host: Runtime,
    ref: Target,
    definition: DefinedActor<unknown, unknown[]>,
    args: StartArgs,
    owner: Owner,
    counted: boolean,
    guard: Guard | null,
  ) {
    this.#host = host;
    this.#ref = ref;
    this.#definition = definition;
    this.#args = args;
    this.owner = owner;
    this.#counted = counted;
    this.#guard = guard;
  }

  get key(): string {
    return `${this.#ref.at}.${this.#ref.serial}`;
  }

  get at(): number {
    return this.#ref.at;
  }

  get serial(): number {
    return this.#ref.serial;
  }

  get label(): string {
    return this.#ref.label;
  }

  /** Its first `setup` is done: whoever has started it does not hear of its end any more. */
  started(): void {
    this.#hasStarted = true;
  }

  stop(_reason: ExitReason, drain = false): Promise<boolean> {
    return stop(this.#host, this.#ref, drain);
  }

  kill(): Promise<void> {
    return terminate(this.#host, this.#ref);
  }

  /** Its host has started it again of its own budget. */
  startsAgain(): void {
    this.#restarts++;
    this.#ownBudget.spend();
  }

  /** Its incarnation has ended, and it waits. */
  failed(reason: ExitReason): void {
    this.#guard?.failed(reason, this.serial);
  }

  /** It has come to its final end. */
  ended(reason: ExitReason): void {
    this.owner.children.delete(this);
    this.#guard?.ended(reason);
  }

  /** Its host is lost; whether it is to start again there. */
  lose(loss: ExitReason, culprit: Culprit | null): boolean {
    const { restart = "transient" } = this.#definition.options;
    const reason = culprit?.serial === this.serial ? culprit.reason : loss;
    if (!this.#hasStarted || !startsAgain(restart, reason)) return false;
    if (this.#guard === null && !this.#ownBudget.spend()) return false;
    this.#loss = reason;
    this.#guard?.failed(reason, this.serial);
    return true;
  }

  get #ownBudget(): OwnBudget {
    return this.#budget ??= new OwnBudget(this.#host.clock);
  }

  /** Whether it was lost with its host and is to start there again. */
  get isReturning(): boolean {
    return this.#loss !== null;
  }

  /** It does not start again: somebody elsewhere had told it to end. */
  forgo(): void {
    this.#loss = null;
  }

  /** There is a new thread for its host. */
  hostIsBack(): void {
    // What becomes of it there is known there.
    if (this.#guard === null) this.#revive().catch(() => {});
  }

  /** Ends the incarnation so that another one can follow. */
  async halt(): Promise<void> {
    if (this.#loss !== null) return;
    await this.#orders((id) => [HALT, id, this.serial]);
  }

  /**
   * Starts the next incarnation.
   *
   * @throws Rejects with the error of `setup`; then it waits again. With the loss of its host it is to start there.
   */
  async resume(reason: ExitReason): Promise<void> {
    if (this.#loss !== null) return await this.#revive();
    this.#restarts++;
    const packet = capture([reason], OVER_LINK, "reason", "reason");
    await this.#host.requests.call(
      this.at,
      (id) => [RESUME, id, this.serial, packet.payload],
      packet,
    );
  }

  /** Ends it for good. */
  async finish(reason: ExitReason): Promise<void> {
    const packet = capture([reason], OVER_LINK, "reason", "reason");
    const { at, serial } = this;
    await this.#host.orders.during(
      at,
      serial,
      () => this.#orders((id) => [FINISH, id, serial, packet.payload]),
    );
  }

  async #orders(envelope: (id: number) => HostEnvelope): Promise<void> {
    try {
      await this.#host.requests.call(this.at, envelope);
    } catch (error) {
      // What it was to end has ended.
      if (!(error instanceof HostLostError)) throw error;
    }
  }

  async #revive(): Promise<void> {
    const { lost, requests } = this.#host;
    const reason = this.#loss!;
    if (!await lost.fate(this.at)) throw new HostLostError(this.at);
    // It does not start again.
    if (this.#loss === null) return;
    this.#loss = null;
    const packet = await this.#startAgainWith(reason);
    const ages = this.#guard === null ? this.#ownBudget.ages : null;
    const restarts = ++this.#restarts;
    await requests.call(
      this.at,
      (id) => [REVIVE, id, this.serial, this.#counted, ages, restarts, packet.payload],
      packet,
    );
  }

  /** What its host is to start it with; without that it ends. */
  async #startAgainWith(reason: ExitReason): Promise<Packet> {
    try {
      const values = [...this.#args.here(), this.#definition.placed(), reason];
      return capture(values, OVER_LINK, "message", "args");
    } catch (error) {
      await this.finish({ kind: "error", error });
      throw error;
    }
  }
}
