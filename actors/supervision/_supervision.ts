import type { Clock } from "../../channels/thread/clock.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { RestartLimitError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { lossOf } from "../messaging/loss.ts";
import {
  giveWay,
  mayStartAgain,
  type RestartKind,
  startsAgain,
} from "../vocabulary/restart_kind.ts";
import { RestartBudget } from "../cell/restart_budget.ts";
import type { Policy } from "./_policy.ts";

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
  /**
   * Ends for good; resolves when it has.
   *
   * @param error For whoever waits for a result.
   */
  finish(reason: ExitReason, error?: unknown): Promise<void>;
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
 * The loss of a host is one failure of the supervisor, however many of its members were there. With
 * `"one-for-one"` members have nothing to do with each other, and start again at the same time.
 */
export class Supervision {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #onExhausted: (error: RestartLimitError) => void;
  /** In order of start. */
  readonly #members = new Set<Member>();
  #failures: Failure[] = [];
  #state: "running" | "resuming" | "halted" | "ended" = "running";
  readonly #repairs = new Set<Promise<void>>();
  /** Members that have been ended to start again, and have not yet. */
  readonly #down = new Set<Member>();
  /** Failures of members while they started; they count if the start turns out to have been done before. */
  readonly #early = new Map<Member, ExitReason>();
  #budget: RestartBudget;
  /** Losses of hosts that were counted. */
  #counted = new WeakSet<object>();
  /** Failures of each member by itself, where that counts. */
  readonly #own = new WeakMap<Member, RestartBudget>();
  #isExhausted = false;
  /** The failure that was one too many. */
  #fatal: Failure | null = null;
  /** Resolves when repairs are to end, whatever they wait for. */
  #pausing = Promise.withResolvers<void>();

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

  /** Whether members that are added now start with the others. */
  get isHalted(): boolean {
    return this.#state === "halted";
  }

  /** Keeps a member running that is being started. */
  add(member: Member): void {
    if (this.#state === "ended") return void member.finish(SHUTDOWN);
    this.#members.add(member);
  }

  /** A member has come to its end. */
  remove(member: Member): void {
    this.#members.delete(member);
  }

  /** A member has failed. */
  failed(member: Member, reason: ExitReason): void {
    if (this.#state === "halted" || this.#state === "ended") return;
    if (this.#down.has(member)) return void this.#early.set(member, reason);
    this.#failures.push({ member, reason });
    this.#startRepair();
  }

  /** Ends all members so that they can start again, the last one first. */
  async halt(): Promise<void> {
    if (this.#state === "ended") return;
    this.#isExhausted = false;
    await this.#haltAll(undefined);
  }

  async #haltAll(error: unknown): Promise<void> {
    await this.#pauseRepairs("halted");
    for (const member of [...this.#members].reverse()) await this.#haltOne(member, error);
  }

  /** Starts all members again, the first one first, with a new budget. */
  async resume(reason: ExitReason): Promise<void> {
    if (this.#state !== "halted") return;
    this.#state = "resuming";
    this.#budget = new RestartBudget(this.#policy.maxRestarts, this.#policy.withinMs);
    this.#fatal = null;
    this.#pausing = Promise.withResolvers();
    const failure = await this.#resumeAll([...this.#members], reason);
    if (failure !== null) {
      await this.halt();
      throw failure.error;
    }
    if (this.#state !== "resuming") return;
    this.#state = "running";
    this.#startRepair();
  }

  /**
   * Ends all members for good, the last one first.
   *
   * @param end Ends one; `own` is its failure, if that was the one too many.
   */
  async finish(end: (member: Member, own: ExitReason | null) => Promise<unknown>): Promise<void> {
    await this.#pauseRepairs("ended");
    for (const member of [...this.#members].reverse()) {
      await end(member, this.#fatal?.member === member ? this.#fatal.reason : null);
      this.#members.delete(member);
    }
  }

  async #pauseRepairs(state: "halted" | "ended"): Promise<void> {
    this.#state = state;
    this.#failures = [];
    this.#pausing.resolve();
    await Promise.all(this.#repairs);
  }

  #startRepair(): void {
    if (this.#state !== "running" || this.#failures.length === 0) return;
    if (this.#policy.strategy !== "one-for-one" && this.#repairs.size > 0) return;
    const repair = this.#repairAll();
    this.#repairs.add(repair);
    void repair.then(() => {
      this.#repairs.delete(repair);
      this.#startRepair();
    });
  }

  async #repairAll(): Promise<void> {
    for (let next = this.#failures.shift(); next !== undefined; next = this.#failures.shift()) {
      if (this.#members.has(next.member)) await this.#handle(next);
    }
  }

  async #handle(failure: Failure): Promise<void> {
    const { member, reason } = failure;
    if (!startsAgain(member.restart, reason)) {
      this.#members.delete(member);
      await member.finish(reason);
    } else if (this.#spend(failure)) {
      await this.#restart(member, reason);
    } else {
      this.#giveUp(failure);
    }
  }

  /** Whether one more restart is within the budget. */
  #spend({ member, reason }: Failure): boolean {
    this.#countOwn(member);
    if (reason.kind === "host-lost" && reason.error instanceof HostLostError) {
      const loss = lossOf(reason.error);
      if (this.#counted.has(loss)) return true;
      this.#counted.add(loss);
    }
    return this.#budget.spend(this.#clock.now());
  }

  /** Where each member starts again alone, pauses grow with its own failures. */
  #countOwn(member: Member): void {
    const { strategy, backoff, withinMs } = this.#policy;
    if (strategy !== "one-for-one" || backoff.minMs === 0) return;
    let own = this.#own.get(member);
    if (own === undefined) this.#own.set(member, own = new RestartBudget(Infinity, withinMs));
    own.spend(this.#clock.now());
  }

  async #restart(member: Member, reason: ExitReason): Promise<void> {
    let group = this.#groupOf(member);
    for (const each of group) this.#down.add(each);
    for (const each of [...group].reverse()) {
      if (each !== member) await this.#haltOne(each, undefined);
    }
    // They had failed before they were ended anyway.
    this.#failures = this.#failures.filter((failure) => !group.has(failure.member));
    while (this.#state === "running") {
      await this.#pause(member);
      const failed = await this.#resumeAll(group, reason);
      if (failed === null) break;
      const { error } = failed;
      const failure: Failure = {
        member: failed.member,
        reason: error instanceof HostLostError
          ? { kind: "host-lost", error }
          : { kind: "error", error },
      };
      if (!this.#spend(failure)) {
        this.#giveUp(failure);
        break;
      }
      // Those before it run.
      if (this.#policy.strategy === "rest-for-one") group = from(group, failed.member);
      for (const each of [...group].reverse()) {
        this.#down.add(each);
        if (this.#members.has(each)) await each.halt();
      }
    }
    for (const each of group) this.#down.delete(each);
  }

  /** Gives the first one that did not start, and why. */
  async #resumeAll(
    group: Iterable<Member>,
    reason: ExitReason,
  ): Promise<{ member: Member; error: unknown } | null> {
    for (const each of group) {
      if (this.#state === "halted" || this.#state === "ended") return null;
      if (!this.#members.has(each)) continue;
      this.#down.add(each);
      this.#early.delete(each);
      const started = each.resume(reason).then(() => null, (error) => ({ error }));
      const failure = await Promise.race([started, this.#pausing.promise]);
      // As long as it is down its failures are looked at here.
      this.#down.delete(each);
      const early = this.#early.get(each);
      this.#early.delete(each);
      if (failure) {
        const error = failure.error ?? new Error("Cannot start again: no reason was given");
        return { member: each, error };
      }
      if (early !== undefined) this.failed(each, early);
    }
    return null;
  }

  /** Those that start again when this one does, in order of start. */
  #groupOf(member: Member): Set<Member> {
    switch (this.#policy.strategy) {
      case "one-for-one":
        return new Set([member]);
      case "one-for-all":
        return new Set(this.#members);
      case "rest-for-one":
        return from(this.#members, member);
    }
  }

  /** A temporary member does not start again when others do, so it is ended for good. */
  async #haltOne(member: Member, error: unknown): Promise<void> {
    if (mayStartAgain(member.restart)) return await member.halt();
    this.#members.delete(member);
    await member.finish(SHUTDOWN, error);
  }

  /** Waits before a restart, longer each time. */
  async #pause(member: Member): Promise<void> {
    const { minMs, maxMs, jitter } = this.#policy.backoff;
    if (minMs === 0) return await giveWay(this.#clock);
    const { spent } = this.#own.get(member) ?? this.#budget;
    const spread = 1 + jitter * (2 * this.#clock.random() - 1);
    const ms = Math.min(maxMs, minMs * 2 ** (spent - 1) * spread);
    const over = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(over.resolve, ms);
    await Promise.race([over.promise, this.#pausing.promise]);
    timer.cancel();
  }

  #giveUp(failure: Failure): void {
    const { maxRestarts, withinMs } = this.#policy;
    const { reason } = failure;
    const options = "error" in reason ? { cause: reason.error } : {};
    this.#fatal = failure;
    this.#isExhausted = true;
    this.#state = "halted";
    this.#failures = [];
    // It waits for this repair to be over.
    void this.#exhaust(new RestartLimitError(maxRestarts, withinMs, options));
  }

  async #exhaust(error: RestartLimitError): Promise<void> {
    await this.#haltAll(error);
    // Somebody above may have decided meanwhile.
    if (this.#isExhausted) this.#onExhausted(error);
  }
}

/** A member and those after it. */
function from(members: ReadonlySet<Member>, first: Member): Set<Member> {
  const all = [...members];
  return new Set(all.slice(all.indexOf(first)));
}
