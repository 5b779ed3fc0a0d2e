import { ActorStoppedError } from "./errors.ts";
import type { ExitReason } from "./exit_reason.ts";
import { HostLostError } from "../channels/errors.ts";
import type { RestartKind } from "./_restart.ts";
import type { Member, Supervision } from "./_supervision.ts";

/** A task below a supervisor: started once or, when it may, again after each failure. */
export class TaskMember implements Member {
  readonly restart: RestartKind;
  readonly #supervision: Supervision;
  readonly #start: (signal: AbortSignal) => Promise<unknown>;
  readonly #result = Promise.withResolvers<unknown>();
  /** The attempt under way. */
  #attempt: { readonly cancel: AbortController; readonly over: Promise<void> } | null = null;

  /** @param start Runs the task once. */
  constructor(
    supervision: Supervision,
    restart: RestartKind,
    start: (signal: AbortSignal) => Promise<unknown>,
  ) {
    this.#supervision = supervision;
    this.restart = restart;
    this.#start = start;
  }

  /** Of the attempt that did not fail, or of the last one. */
  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  resume(): Promise<void> {
    const cancel = new AbortController();
    const attempt = { cancel, over: this.#run(cancel.signal) };
    this.#attempt = attempt;
    return Promise.resolve();
  }

  async halt(): Promise<void> {
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.cancel.abort(new ActorStoppedError("supervisor", "finish task"));
    await attempt?.over;
  }

  async finish(reason: ExitReason): Promise<void> {
    const stopped = new ActorStoppedError("supervisor", "finish task");
    this.#result.reject("error" in reason ? reason.error : stopped);
    await this.halt();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      const value = await this.#start(signal);
      this.#result.resolve(value);
      this.#supervision.remove(this);
    } catch (error) {
      if (signal.aborted) return;
      const isLost = error instanceof HostLostError;
      this.#supervision.failed(
        this,
        isLost ? { kind: "host-lost", error } : { kind: "error", error },
      );
    }
  }
}
