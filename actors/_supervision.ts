import type { Clock } from "../channels/internal.ts";
import { HostLostError } from "../channels/errors.ts";
import { RestartLimitError } from "./errors.ts";
import type { ExitReason } from "./exit_reason.ts";
import { type RestartKind, startsAgain } from "./_restart.ts";
import { RestartBudget } from "./_restart_budget.ts";
import type { Strategy } from "./supervisor_options.ts";

/** Something that a supervisor keeps running: an actor, a task, or another supervisor. */
export interface Member {
  readonly restart: RestartKind;
  /** Ends what runs so that it can start again; resolves when it has ended. */
  halt(): Promise<void>;
  /**
   * Starts again.
   *
   * @throws Rejects when that failed; then it can be tried again.
   */
  resume(reason: ExitReason): Promise<void>;
  /** Ends for good; resolves when it has. */
  finish(reason: ExitReason): Promise<void>;
}

/** What a supervisor does about failures. */
export interface Policy {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number; readonly jitter: number };
}

/** A member has failed, and waits for what is decided. */
interface Failure {
  readonly member: Member;
  readonly reason: ExitReason;
}

const SHUTDOWN: ExitReason = { kind: "shutdown" };

/**
 * Decides which members start again, and in which order: OTP's supervisor, one failure after the other.
 *
 * The loss of a host is one failure of the supervisor, however many of its members were there.
 */
export class Supervision {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #onExhausted: (error: RestartLimitError) => void;
  /** In order of start. */
  readonly #members = new Set<Member>();
  #failures: Failure[] = [];
  #state: "running" | "halted" | "ended" = "running";
  /** What is being done about failures: one thing at a time, unless members have nothing to do with each other. */
  readonly #repairs = new Set<Promise<void>>();
  /** Members that have been ended to start again, and have not yet. */
  readonly #down = new Set<Member>();
  #budget: RestartBudget;
  /** Losses of hosts that were counted. */
  #counted = new WeakSet<object>();
  #isExhausted = false;
  /** End the pauses before restarts. */
  readonly #hurries = new Set<() => void>();

  /** @param onExhausted Called with all members halted, when there were too many failures. */
  constructor(policy: Policy, clock: Clock, onExhausted: (error: RestartLimitError) => void) {
    this.#policy = policy;
    this.#clock = clock;
    this.#onExhausted = onExhausted;
    this.#budget = new RestartBudget(policy.maxRestarts, policy.withinMs);
  }

  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  /** Keeps a member running that has been started. */
  add(member: Member): void {
    this.#members.add(member);
    // It was started while the others were ended.
    if (this.#state === "halted") void member.halt();
    else if (this.#state === "ended") void member.finish(SHUTDOWN);
  }

  /** A member has come to its end. */
  remove(member: Member): void {
    this.#members.delete(member);
  }

  /** A member has failed. */
  failed(member: Member, reason: ExitReason): void {
    // One that is down can only lose its host, and is about to start anyway.
    if (this.#state !== "running" || this.#down.has(member)) return;
    this.#failures.push({ member, reason });
    if (this.#policy.strategy === "one-for-one" || this.#repairs.size === 0) this.#startRepair();
  }

  /** Ends all members so that they can start again, the last one first. */
  async halt(): Promise<void> {
    if (this.#state === "ended") return;
    this.#isExhausted = false;
    await this.#haltAll();
  }

  async #haltAll(): Promise<void> {
    await this.#pauseRepairs("halted");
    for (const member of [...this.#members].reverse()) await this.#haltOne(member);
  }

  /** Starts all members again, the first one first, with a new budget. */
  async resume(reason: ExitReason): Promise<void> {
    if (this.#state !== "halted") return;
    this.#state = "running";
    this.#budget = new RestartBudget(this.#policy.maxRestarts, this.#policy.withinMs);
    try {
      for (const member of this.#members) await member.resume(reason);
    } catch (error) {
      await this.halt();
      throw error;
    }
  }

  /** Ends all members for good, the last one first. */
  async finish(end: (member: Member) => Promise<unknown>): Promise<void> {
    await this.#pauseRepairs("ended");
    for (const member of [...this.#members].reverse()) {
      await end(member);
      this.#members.delete(member);
    }
  }

  async #pauseRepairs(state: "halted" | "ended"): Promise<void> {
    this.#state = state;
    this.#failures = [];
    for (const hurry of this.#hurries) hurry();
    await Promise.all(this.#repairs);
  }

  #startRepair(): void {
    const repair = this.#repairAll();
    this.#repairs.add(repair);
    void repair.then(() => {
      this.#repairs.delete(repair);
      if (this.#failures.length > 0 && this.#repairs.size === 0) this.#startRepair();
    });
  }

  async #repairAll(): Promise<void> {
    for (let next = this.#failures.shift(); next !== undefined; next = this.#failures.shift()) {
      if (this.#members.has(next.member)) await this.#handle(next);
    }
  }

  async #handle({ member, reason }: Failure): Promise<void> {
    if (!startsAgain(member.restart, reason)) {
      this.#members.delete(member);
      await member.finish(reason);
    } else if (this.#spend(reason)) {
      await this.#restart(member, reason);
    } else {
      this.#giveUp(reason);
    }
  }

  /** Whether one more restart is within the budget. */
  #spend(reason: ExitReason): boolean {
    if (reason.kind === "host-lost") {
      if (this.#counted.has(reason.error)) return true;
      this.#counted.add(reason.error);
    }
    return this.#budget.spend(this.#clock.now());
  }

  async #restart(member: Member, reason: ExitReason): Promise<void> {
    const group = this.#groupOf(member);
    for (const each of group) this.#down.add(each);
    try {
      await this.#restartAll(group, member, reason);
    } finally {
      for (const each of group) this.#down.delete(each);
    }
  }

  async #restartAll(group: Set<Member>, failed: Member, reason: ExitReason): Promise<void> {
    for (const each of [...group].reverse()) {
      if (each !== failed) await this.#haltOne(each);
    }
    // They had failed before they were ended anyway.
    this.#failures = this.#failures.filter((failure) => !group.has(failure.member));
    while (this.#state === "running") {
      await this.#pause();
      const error = await this.#resumeAll(group, reason);
      if (error === null) return;
      const next: ExitReason = { kind: "error", error };
      // The loss of a host while they started comes as a failure of its own.
      if (!(error instanceof HostLostError) && !this.#spend(next)) return this.#giveUp(next);
      for (const each of [...group].reverse()) {
        this.#down.add(each);
        await each.halt();
      }
    }
  }

  /** Gives the error of the first one that did not start. */
  async #resumeAll(group: Iterable<Member>, reason: ExitReason): Promise<unknown> {
    try {
      for (const each of group) {
        if (this.#state !== "running") return null;
        if (this.#members.has(each)) await each.resume(reason);
        this.#down.delete(each);
      }
      return null;
    } catch (error) {
      return error ?? new Error("Cannot start again: no reason was given");
    }
  }

  /** Those that start again when this one does, in order of start. */
  #groupOf(member: Member): Set<Member> {
    const all = [...this.#members];
    switch (this.#policy.strategy) {
      case "one-for-one":
        return new Set([member]);
      case "one-for-all":
        return new Set(all);
      case "rest-for-one":
        return new Set(all.slice(all.indexOf(member)));
    }
  }

  /** A temporary member does not start again when others do, so it is ended for good. */
  async #haltOne(member: Member): Promise<void> {
    if (member.restart !== "temporary") return await member.halt();
    this.#members.delete(member);
    await member.finish(SHUTDOWN);
  }

  /** Waits before a restart, longer each time. */
  async #pause(): Promise<void> {
    const { minMs, maxMs, jitter } = this.#policy.backoff;
    if (minMs === 0) return;
    const ms = Math.min(maxMs, minMs * 2 ** (this.#budget.spent - 1));
    const spread = 1 + jitter * (2 * this.#clock.random() - 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(resolve, ms * spread);
    this.#hurries.add(resolve);
    await promise;
    this.#hurries.delete(resolve);
    timer.cancel();
  }

  #giveUp(reason: ExitReason): void {
    const { maxRestarts, withinMs } = this.#policy;
    const options = "error" in reason ? { cause: reason.error } : {};
    const error = new RestartLimitError(maxRestarts, withinMs, options);
    this.#isExhausted = true;
    this.#state = "halted";
    this.#failures = [];
    // It waits for this repair to be over.
    void this.#exhaust(error);
  }

  async #exhaust(error: RestartLimitError): Promise<void> {
    await this.#haltAll();
    // Somebody above may have decided meanwhile.
    if (this.#isExhausted) this.#onExhausted(error);
  }
}
