import { isThenable } from "../../channels/vocabulary/thenable.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import {
  giveWay,
  mayStartAgain,
  type RestartKind,
  startsAgain,
} from "../vocabulary/restart_kind.ts";
import type { Owner } from "./children.ts";
import { DrainOrder } from "./_drain_order.ts";
import { Ending } from "./_ending.ts";
import type { CellEnvironment, LocalActor } from "./environment.ts";
import type { Guard, Guarded } from "./guard.ts";
import { checkHandlers } from "./_handlers.ts";
import type { Incarnation } from "./incarnation.ts";
import { Item } from "./item.ts";
import { Restarts } from "./_restarts.ts";
import { argsForLife } from "./start_args.ts";
import { type Handler, isAsync, runApart, runTurn } from "./turn.ts";
import { TurnTaker } from "./_turn_taker.ts";

const NO_ARGS: unknown[] = [];

/**
 * One actor: what begins and ends its lives. What takes its turns meanwhile is {@linkcode TurnTaker}.
 *
 * | state      | messages                            | next                                 |
 * | ---------- | ----------------------------------- | ------------------------------------ |
 * | `starting` | wait in the mailbox                 | `running` when `setup` is done       |
 * | `running`  | are handled                         | `stopping`                           |
 * | `stopping` | dead letters, or wait for a restart | `ended`, `waiting`, or `starting` again |
 * | `waiting`  | wait for the guard's decision       | `starting` again, or `ended`         |
 * | `ended`    | dead letters                        |                                      |
 */
export class Cell extends TurnTaker implements LocalActor, Guarded {
  /** Who stops it: on this host, or the index of the host where it was started from. */
  readonly owner: Owner | number;
  readonly #guard: Guard | null;
  readonly #args: unknown[];
  /** Whether nothing had to be given up at the end. */
  #isClean = true;
  #restarts: Restarts | null = null;
  #exited: PromiseWithResolvers<ExitReason> | null = null;
  /** What it has ended with, or the life after which it waits. */
  #reason: ExitReason | null = null;

  constructor(
    environment: CellEnvironment,
    serial: number,
    definition: DefinedActor<unknown, unknown[]>,
    args: unknown[],
    owner: Owner | number,
    guard: Guard | null,
  ) {
    super(environment, serial, definition);
    this.owner = owner;
    this.#guard = guard;
    this.#args = args;
  }

  /** See `keepInstances` in `defined_actor.ts`. */
  get keepsInstances(): boolean {
    return this.definition.traits.keepsInstances;
  }

  get shutdownMs(): number {
    return this.options.shutdownMs ?? this.environment.settings.shutdownMs;
  }

  /** Whether it has come to its final end, or is about to. */
  get isEnding(): boolean {
    return this.state === "ended" || this.ending !== null && !this.ending.mayRestart;
  }

  /** Settles at the final end. */
  get exited(): Promise<ExitReason> {
    if (this.state === "ended") return Promise.resolve(this.#reason!);
    return (this.#exited ??= Promise.withResolvers()).promise;
  }

  /** Runs `setup` for the first time; gives a promise when it is async. Its failure is the cell's end. */
  start(): void | Promise<void> {
    const incarnation = this.incarnation;
    const fail = async (error: unknown) => {
      if (incarnation === this.incarnation) {
        this.endWith(error, false, false);
        await this.exited;
      }
      throw error;
    };
    try {
      // To enter another async context would double the time of a start that has nothing to wait for.
      const run = isAsync(this.definition.setup) ? runApart : runTurn;
      return this.#setUp(incarnation, run)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  /**
   * Ends the actor after the current message or, with `drain`, after all that wait. Resolves to whether it ended
   * by itself.
   */
  async stop(reason: ExitReason, drain = false): Promise<boolean> {
    if (drain) this.#drain(reason);
    else this.#stopNow(reason);
    await this.exited;
    return this.#isClean;
  }

  /** The actor ends by itself after the current message. */
  override leave(): void {
    this.#stopNow({ kind: "normal" });
  }

  /** Ends the actor at once; what it is doing is abandoned. */
  kill(): Promise<ExitReason> {
    const { exited } = this;
    this.end({ kind: "killed" }, false, false);
    return exited;
  }

  /** Ends the incarnation so that another one can follow, and resolves when it has ended. */
  halt(): Promise<void> {
    if (this.state === "ended" || this.state === "waiting") return Promise.resolve();
    const halted = this.#between.halted();
    this.end({ kind: "shutdown" }, true, true);
    return halted;
  }

  /**
   * Starts the next incarnation of an actor that waits; resolves when it runs, or has been told to end meanwhile.
   *
   * @throws Rejects with the error of `setup`; then it waits again.
   */
  resume(reason: ExitReason): Promise<void> {
    if (this.state !== "waiting") return Promise.resolve();
    return this.#startAgain(reason);
  }

  /**
   * Starts an actor whose thread was lost: its first incarnation here is not its first one.
   *
   * @param ages How long ago its restarts were that count in its own budget.
   */
  revive(reason: ExitReason, restarts: number, ages: readonly number[]): Promise<void> {
    this.#between.takeOver(ages);
    return this.#startAgain(reason, restarts);
  }

  /** From now on nothing is accepted, and it ends when nothing waits any more. */
  #drain(reason: ExitReason): void {
    if (this.isEnding) return;
    this.accepts = false;
    this.drainOrder ??= new DrainOrder(reason);
    this.incarnation.endStreams();
    if (this.state !== "running" && this.waiting === 0) this.end(reason, false, true);
    else if (this.state === "waiting") this.#goOnAfter(this.#reason!);
    // Else its turn comes first.
    else if (!this.isActive) this.schedule();
  }

  /** There is more to drain, and no guard decides any more about what it waits for. */
  #goOnAfter(failure: ExitReason): void {
    // So it ended with its group.
    const wasHalted = failure.kind === "shutdown";
    if (wasHalted || startsAgain(this.#restartKind, failure)) this.#restart(failure);
    else void this.#finish(failure);
  }

  get #restartKind(): RestartKind {
    return this.options.restart ?? "transient";
  }

  #stopNow(reason: ExitReason): void {
    this.end(reason, startsAgain(this.#restartKind, reason), true);
  }

  get #between(): Restarts {
    return this.#restarts ??= new Restarts(this.environment, this);
  }

  #startAgain(reason: ExitReason, restarts?: number): Promise<void> {
    const resumed = this.#between.resumed();
    this.#restart(reason, restarts);
    return resumed;
  }

  /** Ends the actor for good, without another try. */
  async finish(reason: ExitReason): Promise<void> {
    const { exited } = this;
    this.end(reason, false, true);
    await exited;
  }

  /** Something that the actor started has failed for good: that is the actor's error. */
  override crash(error: unknown): void {
    this.endWith(error, (this.options.onError ?? "restart") === "restart", true);
  }

  /** The first step of a shutdown. */
  stopTimers(): void {
    this.incarnation.stopTimers();
  }

  /** @param run How `setup` is called. */
  #setUp(incarnation: Incarnation, run: typeof runTurn): Promise<void> | undefined {
    const { setup } = this.definition;
    const args = mayStartAgain(this.options.restart)
      ? argsForLife(this.#args, incarnation.restarts === 0)
      : this.#args;
    const item = new Item("setup", NO_ARGS, null, null);
    item.cell = this;
    this.isActive = true;
    try {
      const handlers = run(item, undefined, setup as Handler, [incarnation, ...args]);
      // An object with a handler of that name is no promise, and is refused.
      if (!isThenable(handlers) || Object.hasOwn(handlers, "then")) {
        item.cell = null;
        this.#answerWith(incarnation, handlers);
        return undefined;
      }
      return new Promise((resolve, reject) => {
        const begin = (handlers: unknown) => resolve(this.#answerWith(incarnation, handlers));
        this.goOn(item, handlers, begin, reject);
      });
    } finally {
      this.deactivate();
    }
  }

  #answerWith(incarnation: Incarnation, handlers: unknown): void {
    checkHandlers(handlers, "start actor", "setup must return");
    this.checkAnswers(handlers);
    if (incarnation !== this.incarnation) return;
    // It may have become something else in setup.
    this.handlers ??= handlers;
    if (this.state !== "starting") return;
    this.state = "running";
    this.#restarts?.runs();
    this.schedule();
  }

  /** @throws {TypeError} when these handlers do not fit what else the definition says. */
  protected checkAnswers(_handlers: object): void {}

  protected override end(reason: ExitReason, mayRestart: boolean, waitForTurns: boolean): void {
    if (this.state === "ended") return;
    if (this.state === "waiting") {
      // Nothing of it runs.
      if (!mayRestart) void this.#finish(reason);
      return;
    }
    const isFirst = this.ending === null;
    const ending = this.ending ??= new Ending(reason, mayRestart);
    ending.add(reason, mayRestart);
    if (!mayRestart) {
      this.accepts = false;
      this.refuseAll();
    }
    if (!waitForTurns) {
      this.turns?.abandon(this.label, ending);
      ending.abandonTurns();
    }
    this.state = "stopping";
    if (!isFirst) return;
    this.incarnation.abort();
    ending.isPutOff = this.isActive && !mayRestart;
    if (!ending.isPutOff) this.wind(ending);
  }

  protected override wind(ending: Ending): void {
    if (this.#endsAtOnce(ending)) void this.#finish(ending.reason);
    else void this.#windSlowly(ending);
  }

  /** Whether there is nothing to wait for, and nobody who may hear of the end before the start. */
  #endsAtOnce({ mayRestart }: Ending): boolean {
    return !mayRestart && this.#guard === null && this.options.name === undefined &&
      typeof this.owner === "object" && (this.turns === null || this.turns.size === 0) &&
      this.liveSources === null && this.incarnation.isBare;
  }

  async #windSlowly(ending: Ending): Promise<void> {
    const { shutdownMs } = this;
    if (this.turns !== null && this.turns.size > 0) {
      await ending.waitForTurns(this.environment.clock, shutdownMs);
      if (this.turns.size > 0) {
        this.#isClean = false;
        this.turns.abandon(this.label, ending);
      }
    }
    if (this.liveSources !== null) {
      for (const source of [...this.liveSources]) source.abandon();
    }
    const drain = this.drainOrder !== null && !ending.mayRestart;
    if (!await this.incarnation.end(shutdownMs, drain)) this.#isClean = false;
    if (await this.#goesOn(ending)) return;
    await this.#finish(ending.reason);
  }

  /** Whether this is not the actor's end: it starts again, or waits until it is told to. */
  async #goesOn(ending: Ending): Promise<boolean> {
    // Where a guard decides it is the guard who gives way.
    if (ending.mayRestart && !this.#isGuarded) await giveWay(this.environment.clock);
    if (!ending.mayRestart) return false;
    const { reason } = ending;
    if (!this.#isGuarded && !startsAgain(this.#restartKind, reason)) return false;
    if (this.drainOrder !== null && this.waiting === 0) {
      ending.add(this.drainOrder.reason, false);
      return false;
    }
    if (this.#isGuarded) this.#wait(this.#guard!, reason);
    else if (this.#allows()) this.#restart(reason);
    else return false;
    return true;
  }

  /** Whether a guard decides about the next incarnation. */
  get #isGuarded(): boolean {
    return this.#guard !== null && (this.drainOrder === null || this.#restarts?.isHalted === true);
  }

  /** Leaves it to the guard whether there will be another incarnation. */
  #wait(guard: Guard, reason: ExitReason): void {
    this.ending = null;
    this.handlers = null;
    this.state = "waiting";
    this.#reason = reason;
    this.#between.wait(guard, reason);
  }

  async #finish(reason: ExitReason): Promise<void> {
    this.state = "stopping";
    this.ending ??= new Ending(reason, false);
    this.accepts = false;
    this.refuseAll();
    if (this.options.name !== undefined) {
      await this.environment.actors.releaseName(this.options.name, this.serial);
    }
    this.#reason = reason;
    this.state = "ended";
    this.incarnation.close();
    this.handlers = null;
    this.environment.actors.ended(this, reason);
    this.#guard?.ended(reason);
    this.#exited?.resolve(reason);
    this.#restarts?.close();
  }

  /** Whether one more life is allowed where no guard decides. */
  #allows(): boolean {
    // What its supervisor allows is not known here.
    if (this.#guard !== null && this.drainOrder!.hasProgress(this.waiting)) return true;
    return this.#between.spend();
  }

  #restart(reason: ExitReason, restarts = this.incarnation.restarts + 1): void {
    this.beginAgain(restarts);
    this.announce(reason, restarts);
    this.live();
  }

  /** Begins the next life. */
  protected beginAgain(restarts: number): void {
    this.incarnation = this.begin(restarts);
    this.ending = null;
    this.turns = null;
    this.handlers = null;
    this.#reason = null;
    this.mailbox?.dropWork();
    this.state = "starting";
  }

  /** Tells of another life. */
  protected announce(reason: ExitReason, restarts: number): void {
    this.environment.observer?.restarted?.(this, reason);
    this.environment.reports.report("restart", { ref: this.ref, reason, restarts });
  }

  /** The `setup` of the life that began last has failed, and nobody waits for it. */
  protected failToStart(error: unknown): void {
    this.endWith(error, true, false);
  }

  /** Runs the `setup` of a life that nobody waits for. */
  protected live(): void {
    const { incarnation } = this;
    const fail = (error: unknown) => {
      if (incarnation === this.incarnation) this.failToStart(error);
    };
    try {
      const started = this.#setUp(incarnation, runApart);
      if (started !== undefined) this.#between.limitSetup(started, fail);
    } catch (error) {
      fail(error);
    }
  }
}
