import { supervisorEnded } from "./_ended.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { RestartKind } from "../vocabulary/restart_kind.ts";
import type { Member, Supervision } from "./_supervision.ts";

/** One try to run a task. */
interface Attempt {
  readonly cancel: AbortController;
  readonly over: Promise<void>;
}

/** A task below a supervisor: started once or, when it may, again after each failure. */
export class TaskMember implements Member {
  readonly restart: RestartKind;
  /** How it is called in errors. */
  readonly label: string;
  readonly #supervision: Supervision;
  readonly #start: (signal: AbortSignal) => Promise<unknown>;
  readonly #isGivenUp: () => boolean;
  readonly #result = Promise.withResolvers<unknown>();
  #attempt: Attempt | null = null;

  /**
   * @param start Runs the task once.
   * @param isGivenUp Whether nobody wants its result any more: then another try would not help.
   */
  constructor(
    supervision: Supervision,
    restart: RestartKind,
    label: string,
    start: (signal: AbortSignal) => Promise<unknown>,
    isGivenUp: () => boolean,
  ) {
    this.#supervision = supervision;
    this.restart = restart;
    this.label = label;
    this.#start = start;
    this.#isGivenUp = isGivenUp;
  }

  /** Of the try that did not fail, or of the last one. */
  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  resume(): Promise<void> {
    if (this.#attempt === null) {
      const cancel = new AbortController();
      this.#attempt = { cancel, over: this.#run(cancel.signal) };
    }
    return Promise.resolve();
  }

  async halt(): Promise<void> {
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.cancel.abort(supervisorEnded("finish task"));
    await attempt?.over;
  }

  async finish(reason: ExitReason, error?: unknown): Promise<void> {
    const own = "error" in reason ? reason.error : supervisorEnded("finish task");
    this.#result.reject(error ?? own);
    await this.halt();
  }

  async #run(cancelled: AbortSignal): Promise<void> {
    try {
      const value = await this.#start(cancelled);
      this.#result.resolve(value);
      this.#supervision.remove(this);
    } catch (error) {
      if (cancelled.aborted) return;
      this.#attempt = null;
      if (this.#isGivenUp()) {
        this.#result.reject(error);
        this.#supervision.remove(this);
      } else {
        const kind = error instanceof HostLostError ? "host-lost" : "error";
        this.#supervision.failed(this, { kind, error } as ExitReason);
      }
    }
  }
}
