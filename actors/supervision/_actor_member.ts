import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { RestartKind } from "../vocabulary/restart_kind.ts";
import type { Guarded, SteeringGuard } from "../cell/guard.ts";
import type { Member, Supervision } from "./_supervision.ts";

/** An actor below a supervisor, wherever it runs. */
export class ActorMember implements Member, SteeringGuard {
  readonly restart: RestartKind;
  readonly #supervision: Supervision;
  #controls: Guarded | null = null;

  constructor(supervision: Supervision, restart: RestartKind) {
    this.#supervision = supervision;
    this.restart = restart;
  }

  /** How it is called in errors. */
  get label(): string {
    return this.#controls?.label ?? "an actor that has not started";
  }

  attach(controls: Guarded): void {
    this.#controls = controls;
  }

  failed(reason: ExitReason): void {
    this.#supervision.failed(this, reason);
  }

  ended(): void {
    this.#supervision.remove(this);
  }

  async halt(): Promise<void> {
    await this.#controls?.halt();
  }

  async resume(reason: ExitReason): Promise<void> {
    await this.#controls?.resume(reason);
  }

  async finish(reason: ExitReason): Promise<void> {
    await this.#controls?.finish(reason);
  }

  /** Stops it, after what waits in its mailbox if that is wanted; resolves to whether it ended by itself. */
  async stop(drain: boolean): Promise<boolean> {
    return await this.#controls?.stop({ kind: "shutdown" }, drain) ?? true;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.#controls?.kill();
  }
}
