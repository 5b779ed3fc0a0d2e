import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import { DrainOrder } from "./_drain_order.ts";
import { Ending } from "./_ending.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { checkHandlers, findHandler } from "./_handlers.ts";
import type { CellEnvironment, LocalActor } from "./environment.ts";
import type { Guard, Guarded } from "./guard.ts";
import type { Begin, Incarnation, LifeOwner } from "./incarnation.ts";
import { portable } from "./copy_here.ts";
import { Item, type Source, type TurnOwner } from "./item.ts";
import { Mailbox } from "./_mailbox.ts";
import type { ActorOptions, MailboxOptions } from "../vocabulary/options.ts";
import { complete } from "./_outcome.ts";
import { OwnBudget } from "./own_budget.ts";
import type { Owner } from "./children.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { refuse, refuseForRoom, refuseUnknown } from "./_refuse.ts";
import {
  giveWay,
  mayStartAgain,
  type RestartKind,
  startsAgain,
} from "../vocabulary/restart_kind.ts";
import type { Runnable } from "./scheduler.ts";
import { argsForLife } from "./start_args.ts";
import { isEndOfStream, type StreamSignals } from "./_stream_signals.ts";
import type { Habits } from "../definition/habits.ts";
import { type Handler, isAsync, runApart, runTurn } from "./turn.ts";
import { isThenable } from "../../channels/vocabulary/thenable.ts";
import { Turns } from "./async_turns.ts";

const NO_ARGS: unknown[] = [];

/**
 * One actor: mailbox, handlers and life.
 *
 * | state      | messages                            | next                                 |
 * | ---------- | ----------------------------------- | ------------------------------------ |
 * | `starting` | wait in the mailbox                 | `running` when `setup` is done       |
 * | `running`  | are handled                         | `stopping`                           |
 * | `stopping` | dead letters, or wait for a restart | `ended`, `waiting`, or `starting` again |
 * | `waiting`  | wait for the guard's decision       | `starting` again, or `ended`         |
 * | `ended`    | dead letters                        |                                      |
 */
export class Cell implements Runnable, LocalActor, TurnOwner, Guarded, LifeOwner {
  readonly environment: CellEnvironment;
  readonly serial: number;
  /** Who stops it: on this host, or the index of the host where it was started from. */
  readonly owner: Owner | number;
  readonly #guard: Guard | null;
  nextRunnable: Runnable | null = null;
  readonly #definition: DefinedActor<unknown, unknown[]>;
  readonly #args: unknown[];
  #state: "starting" | "running" | "stopping" | "waiting" | "ended" = "starting";
  #accepts = true;
  #queued = false;
  /** Whether a turn of it is on the stack. */
  #isActive = false;
  /** Whether nothing had to be given up at the end. */
  #isClean = true;
  #incarnation: Incarnation;
  #handlers: object | null = null;
  // What only some actors need is made when needed, so that an idle one costs little.
  #mailbox: Mailbox | null = null;
  #turns: Turns | null = null;
  #sources: Set<Source> | null = null;
  #budget: OwnBudget | null = null;
  #ending: Ending | null = null;
  #drainOrder: DrainOrder | null = null;
  #exited: PromiseWithResolvers<ExitReason> | null = null;
  /** What it has ended with, or the life after which it waits. */
  #reason: ExitReason | null = null;
  /** Settles when the incarnation that the guard has asked for runs. */
  #resumed: PromiseWithResolvers<void> | null = null;
  /** Settles when the incarnation that the guard has halted has ended. */
  #halted: PromiseWithResolvers<void> | null = null;

  constructor(
    environment: CellEnvironment,
    serial: number,
    definition: DefinedActor<unknown, unknown[]>,
    args: unknown[],
    owner: Owner | number,
    guard: Guard | null,
  ) {
    this.environment = environment;
    this.serial = serial;
    this.owner = owner;
    this.#guard = guard;
    this.#definition = definition;
    this.#args = args;
    this.#incarnation = this.#begin(0);
  }

  /** Begins a life; what it offers to the program is not known here. */
  #begin(restarts: number): Incarnation {
    return (this.#definition.traits.begin as Begin)(this, restarts);
  }

  get options(): ActorOptions {
    return this.#definition.options;
  }

  get ref(): ActorRef<unknown> {
    return this.environment.refOf(this.environment.index, this.serial, this.options.name);
  }

  /** See `keepInstances` in `defined_actor.ts`. */
  get keepsInstances(): boolean {
    return this.#definition.traits.keepsInstances;
  }

  get habits(): Habits {
    return this.#definition.traits.habits;
  }

  get label(): string {
    return this.options.name ?? `${this.environment.index}.${this.serial}`;
  }

  get shutdownMs(): number {
    return this.options.shutdownMs ?? this.environment.settings.shutdownMs;
  }

  get sources(): Set<Source> {
    return this.#sources ??= new Set();
  }

  /** Whether it is to end once nothing waits any more. */
  get drains(): boolean {
    return this.#drainOrder !== null;
  }

  /** What the handlers of its streams were given to see that they are to end. */
  get streamSignals(): StreamSignals | null {
    return this.#incarnation.streamSignals;
  }

  /** What the readers of its streams get when it ends. */
  get endOfStreams(): ActorStoppedError {
    const doing = "go on with a stream";
    return this.#ending?.errorFor(this.label, doing) ?? new ActorStoppedError(this.label, doing);
  }

  /** Whether only one turn goes on at a time, so that waiting for a turn of its own never ends. */
  get isSequential(): boolean {
    return (this.options.concurrency ?? 1) === 1;
  }

  /** Whether it has come to its final end, or is about to. */
  get isEnding(): boolean {
    return this.#state === "ended" || this.#ending !== null && !this.#ending.mayRestart;
  }

  /** Settles at the final end. */
  get exited(): Promise<ExitReason> {
    if (this.#state === "ended") return Promise.resolve(this.#reason!);
    return (this.#exited ??= Promise.withResolvers()).promise;
  }

  /** Runs `setup` for the first time; gives a promise when it is async. Its failure is the cell's end. */
  start(): void | Promise<void> {
    const incarnation = this.#incarnation;
    const fail = async (error: unknown) => {
      if (incarnation === this.#incarnation) {
        this.#endWith(error, false, false);
        await this.exited;
      }
      throw error;
    };
    try {
      // To enter another async context would double the time of a start that has nothing to wait for.
      const run = isAsync(this.#definition.setup) ? runApart : runTurn;
      return this.#setUp(incarnation, run)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  /** Accepts a message. */
  push(item: Item): void {
    if (!this.#accepts) return refuse(this, item);
    if (item.chain !== null && this.isSequential) this.#turns?.noteCircle(this.label, item);
    const mailbox = this.#mailbox ??= new Mailbox();
    const limits = this.options.mailbox;
    if (limits !== undefined && !this.#makeRoom(item, mailbox, limits)) return;
    mailbox.push(item);
    this.#schedule();
  }

  /** Returns whether there is room for a message in a mailbox that has limits. */
  #makeRoom(item: Item, mailbox: Mailbox, { capacity, overflow }: MailboxOptions): boolean {
    if (mailbox.messages < capacity) return true;
    const victim = overflow === "drop-oldest" ? mailbox.shiftMessage()! : item;
    refuseForRoom(this, victim, capacity);
    return victim !== item;
  }

  /** The handlers from one of another actor on that wait for this one to have time for them. */
  chainFrom(actor: string): readonly string[] | null {
    return this.isSequential ? this.#mailbox?.chainFrom(actor) ?? null : null;
  }

  /**
   * Accepts work of the actor's own, for which there is always room until it is to end; whether it does.
   *
   * @param isPartOfMessage Whether a message is not handled before it is done: then also while the actor drains.
   */
  pushWork(item: Item, isPartOfMessage = false): boolean {
    if (this.#ending !== null || this.#state === "ended") return false;
    if (this.#drainOrder !== null && !isPartOfMessage) return false;
    (this.#mailbox ??= new Mailbox()).push(item);
    this.#schedule();
    return true;
  }

  /** An async turn is over for the actor, whatever it still waits for; false when it is none. */
  release(item: Item): boolean {
    const turns = this.#turns;
    if (turns === null || !turns.delete(item)) return false;
    item.cell = null;
    this.#turnOver(turns);
    return true;
  }

  /** Removes a message whose sender has given up, if its turn has not come. */
  withdraw(item: Item): void {
    // Without a bound it is enough that it is passed over when its turn comes.
    if (this.options.mailbox !== undefined) this.#mailbox?.remove(item);
  }

  takeTurns(turns: number): number {
    this.#queued = false;
    let taken = 0;
    while (taken < turns && this.#isReady()) {
      const item = this.#mailbox === null ? null : this.#mailbox.shift();
      if (item === null) {
        if (this.#drainOrder !== null) this.#schedule();
        return taken;
      }
      taken++;
      this.#handle(item);
    }
    this.#schedule();
    return taken;
  }

  /** Answers the messages that follow with other handlers. */
  become(incarnation: object, handlers: object): void {
    checkHandlers(handlers, "become", "it takes");
    if (incarnation === this.#incarnation) this.#handlers = handlers;
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
  leave(): void {
    this.#stopNow({ kind: "normal" });
  }

  /** Ends the actor at once; what it is doing is abandoned. */
  kill(): Promise<ExitReason> {
    const { exited } = this;
    this.#end({ kind: "killed" }, false, false);
    return exited;
  }

  /** Ends the incarnation so that another one can follow, and resolves when it has ended. */
  halt(): Promise<void> {
    if (this.#state === "ended" || this.#state === "waiting") return Promise.resolve();
    this.#halted ??= Promise.withResolvers();
    this.#end({ kind: "shutdown" }, true, true);
    return this.#halted.promise;
  }

  /**
   * Starts the next incarnation of an actor that waits; resolves when it runs, or has been told to end meanwhile.
   *
   * @throws Rejects with the error of `setup`; then it waits again.
   */
  resume(reason: ExitReason): Promise<void> {
    if (this.#state !== "waiting") return Promise.resolve();
    return this.#startAgain(reason);
  }

  /**
   * Starts an actor whose thread was lost: its first incarnation here is not its first one.
   *
   * @param ages How long ago its restarts were that count in its own budget.
   */
  revive(reason: ExitReason, restarts: number, ages: readonly number[]): Promise<void> {
    this.#budget = this.#newBudget(ages);
    return this.#startAgain(reason, restarts);
  }

  /** From now on nothing is accepted, and it ends when nothing waits any more. */
  #drain(reason: ExitReason): void {
    if (this.isEnding) return;
    this.#accepts = false;
    this.#drainOrder ??= new DrainOrder(reason);
    this.#incarnation.endStreams();
    if (this.#state !== "running" && this.#waiting === 0) this.#end(reason, false, true);
    else if (this.#state === "waiting") this.#goOnAfter(this.#reason!);
    // Else its turn comes first.
    else if (!this.#isActive) this.#schedule();
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

  /** How many messages wait. */
  get #waiting(): number {
    return this.#mailbox === null ? 0 : this.#mailbox.messages;
  }

  #stopNow(reason: ExitReason): void {
    this.#end(reason, startsAgain(this.#restartKind, reason), true);
  }

  #startAgain(reason: ExitReason, restarts?: number): Promise<void> {
    const { promise } = this.#resumed = Promise.withResolvers<void>();
    this.#restart(reason, restarts);
    return promise;
  }

  /** Ends the actor for good, without another try. */
  async finish(reason: ExitReason): Promise<void> {
    const { exited } = this;
    this.#end(reason, false, true);
    await exited;
  }

  /** Something that the actor started has failed for good: that is the actor's error. */
  crash(error: unknown): void {
    this.#endWith(error, (this.options.onError ?? "restart") === "restart", true);
  }

  /** The first step of a shutdown. */
  stopTimers(): void {
    this.#incarnation.stopTimers();
  }

  /** Reports a failure that nobody waits for. */
  reportError(handler: string, error: unknown): void {
    const { environment, ref } = this;
    const host = environment.index;
    environment.report("error", { ref, handler, host, error: portable(error) });
  }

  /** @param run How `setup` is called. */
  #setUp(incarnation: Incarnation, run: typeof runTurn): Promise<void> | undefined {
    const { setup } = this.#definition;
    const args = mayStartAgain(this.options.restart)
      ? argsForLife(this.#args, incarnation.restarts === 0)
      : this.#args;
    const item = new Item("setup", NO_ARGS, null, null);
    item.cell = this;
    this.#isActive = true;
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
        this.#goOn(item, handlers, begin, reject);
      });
    } finally {
      this.#deactivate();
    }
  }

  #answerWith(incarnation: Incarnation, handlers: unknown): void {
    checkHandlers(handlers, "start actor", "setup must return");
    if (incarnation !== this.#incarnation) return;
    // It may have become something else in setup.
    this.#handlers ??= handlers;
    if (this.#state !== "starting") return;
    this.#state = "running";
    this.#resumed?.resolve();
    this.#resumed = null;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#queued) return;
    if (this.#mailbox === null || this.#mailbox.isEmpty) {
      if (this.#drainOrder !== null) this.#endDrained(this.#drainOrder);
    } else if (this.#isReady()) {
      this.#queued = true;
      this.environment.scheduler.enqueue(this);
    }
  }

  /** Nothing waits any more. */
  #endDrained({ reason }: DrainOrder): void {
    if (this.#isReady() && !this.#drainsGenerators) this.#end(reason, false, true);
  }

  /** Whether a generator goes on that was told, and waited to be drained: it is not handled before its end. */
  get #drainsGenerators(): boolean {
    return this.#sources !== null && [...this.#sources].some(({ isDrained }) => isDrained);
  }

  #isReady(): boolean {
    return this.#state === "running" &&
      (this.#turns === null || this.#turns.size < (this.options.concurrency ?? 1));
  }

  #handle(item: Item): void {
    item.cell = this;
    this.#isActive = true;
    this.#call(item);
    this.#deactivate();
  }

  #call(item: Item): void {
    let result: unknown;
    try {
      if (item.work !== null) {
        result = runTurn(item, this, item.work, NO_ARGS);
      } else {
        const handler = findHandler(this.#handlers!, item.label);
        if (handler === undefined) return refuseUnknown(this, item);
        result = runTurn(item, this.#handlers!, handler, item.args);
      }
      // A getter of the result may throw.
      if (!isThenable(result)) return complete(this, item, result);
    } catch (error) {
      return this.#fail(item, error);
    }
    this.#callGoesOn(item, result);
  }

  /** In a function of its own: one with closures in it costs more, whether they are made or not. */
  #callGoesOn(item: Item, result: PromiseLike<unknown>): void {
    const incarnation = this.#incarnation;
    this.#goOn(item, result, (result) => complete(this, item, result), (error) => {
      // Unless it was released.
      if (item.cell !== null && incarnation === this.#incarnation) this.#fail(item, error);
      else item.reply?.reject(error);
    });
  }

  /** Waits for an async turn; what follows it is decided before the next one begins. */
  async #goOn(
    item: Item,
    result: PromiseLike<unknown>,
    complete: (result: unknown) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    const turns = this.#turns ??= new Turns();
    turns.add(item);
    try {
      complete(await result);
    } catch (error) {
      fail(error);
    }
    item.cell = null;
    turns.delete(item);
    this.#turnOver(turns);
  }

  #turnOver(turns: Turns): void {
    // Not when it was one of an earlier life.
    if (turns !== this.#turns) return;
    if (turns.size === 0) this.#ending?.turnsOver();
    this.#schedule();
  }

  #fail(item: Item, error: unknown): void {
    item.cell = null;
    const { reply } = item;
    const isToldToEnd = isEndOfStream(error);
    if (reply !== null) reply.reject(error);
    else if (!isToldToEnd) this.reportError(item.label, error);
    if (reply?.stream !== undefined) this.streamSignals?.forget(reply);
    const { onError = "restart" } = this.options;
    if (onError !== "resume" && !isToldToEnd) this.#endWith(error, onError === "restart", true);
  }

  #endWith(error: unknown, mayRestart: boolean, waitForTurns: boolean): void {
    this.#end({ kind: "error", error: portable(error) }, mayRestart, waitForTurns);
  }

  /** Begins to end, or makes an end under way stricter. */
  #end(reason: ExitReason, mayRestart: boolean, waitForTurns: boolean): void {
    if (this.#state === "ended") return;
    if (this.#state === "waiting") {
      // Nothing of it runs.
      if (!mayRestart) void this.#finish(reason);
      return;
    }
    const isFirst = this.#ending === null;
    const ending = this.#ending ??= new Ending(reason, mayRestart);
    ending.add(reason, mayRestart);
    if (!mayRestart) {
      this.#accepts = false;
      this.#refuseAll();
    }
    if (!waitForTurns) {
      this.#turns?.abandon(this.label, ending);
      ending.abandonTurns();
    }
    this.#state = "stopping";
    if (!isFirst) return;
    this.#incarnation.abort();
    ending.isPutOff = this.#isActive && !mayRestart;
    if (!ending.isPutOff) this.#wind(ending);
  }

  /** The synchronous part of a turn is over. */
  #deactivate(): void {
    this.#isActive = false;
    const ending = this.#ending;
    if (ending === null || !ending.isPutOff) return;
    ending.isPutOff = false;
    this.#wind(ending);
  }

  #wind(ending: Ending): void {
    if (this.#endsAtOnce(ending)) void this.#finish(ending.reason);
    else void this.#windSlowly(ending);
  }

  /** Whether there is nothing to wait for, and nobody who may hear of the end before the start. */
  #endsAtOnce({ mayRestart }: Ending): boolean {
    return !mayRestart && this.#guard === null && this.options.name === undefined &&
      typeof this.owner === "object" && (this.#turns === null || this.#turns.size === 0) &&
      this.#sources === null && this.#incarnation.isBare;
  }

  async #windSlowly(ending: Ending): Promise<void> {
    const { shutdownMs } = this;
    if (this.#turns !== null && this.#turns.size > 0) {
      await ending.waitForTurns(this.environment.clock, shutdownMs);
      if (this.#turns.size > 0) {
        this.#isClean = false;
        this.#turns.abandon(this.label, ending);
      }
    }
    if (this.#sources !== null) {
      for (const source of [...this.#sources]) source.abandon();
    }
    const drain = this.#drainOrder !== null && !ending.mayRestart;
    if (!await this.#incarnation.end(shutdownMs, drain)) this.#isClean = false;
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
    if (this.#drainOrder !== null && this.#waiting === 0) {
      ending.add(this.#drainOrder.reason, false);
      return false;
    }
    if (this.#isGuarded) this.#wait(this.#guard!, reason);
    else if (this.#allows(reason)) this.#restart(reason);
    else return false;
    return true;
  }

  /** Whether a guard decides about the next incarnation. */
  get #isGuarded(): boolean {
    return this.#guard !== null && (this.#drainOrder === null || this.#halted !== null);
  }

  /** Leaves it to the guard whether there will be another incarnation. */
  #wait(guard: Guard, reason: ExitReason): void {
    this.#ending = null;
    this.#handlers = null;
    this.#state = "waiting";
    this.#reason = reason;
    const resumed = this.#resumed;
    const halted = this.#halted;
    this.#resumed = this.#halted = null;
    halted?.resolve();
    if (resumed !== null) {
      resumed.reject(
        reason.kind === "error" ? reason.error : new ActorStoppedError(this.label, "restart"),
      );
    } else if (halted === null) {
      guard.failed(reason, this.serial);
    }
  }

  async #finish(reason: ExitReason): Promise<void> {
    this.#state = "stopping";
    this.#ending ??= new Ending(reason, false);
    this.#accepts = false;
    this.#refuseAll();
    if (this.options.name !== undefined) {
      await this.environment.releaseName(this.options.name, this.serial);
    }
    this.#reason = reason;
    this.#state = "ended";
    this.#incarnation.close();
    this.#handlers = null;
    this.environment.ended(this, reason);
    this.#guard?.ended(reason);
    this.#exited?.resolve(reason);
    this.#resumed?.resolve();
    this.#halted?.resolve();
  }

  /** Whether it starts again where no guard decides. */
  #allows(reason: ExitReason): boolean {
    // What its supervisor allows is not known here.
    if (this.#guard !== null && this.#drainOrder!.hasProgress(this.#waiting)) return true;
    this.#budget ??= this.#newBudget();
    if (!this.#budget.allows(reason)) return false;
    if (typeof this.owner === "number") this.environment.startsAgain(this.owner, this.serial);
    return true;
  }

  #newBudget(ages?: readonly number[]): OwnBudget {
    return new OwnBudget(this.environment.clock, this.#restartKind, ages);
  }

  /** An async `setup` gets as much time as the first one. */
  #limitSetup(fail: (error: unknown) => void, started: Promise<void>): void {
    const { clock, settings } = this.environment;
    const { startTimeoutMs = settings.startTimeoutMs } = this.options;
    const late = () =>
      fail(new DOMException(`setup took more than ${startTimeoutMs} ms`, "TimeoutError"));
    const timer = clock.setTimer(late, startTimeoutMs);
    started.catch(fail).finally(() => timer.cancel());
  }

  #restart(reason: ExitReason, restarts = this.#incarnation.restarts + 1): void {
    const incarnation = this.#incarnation = this.#begin(restarts);
    this.#ending = null;
    this.#turns = null;
    this.#handlers = null;
    this.#reason = null;
    this.#mailbox?.dropWork();
    this.#state = "starting";
    this.environment.report("restart", { ref: this.ref, reason, restarts });
    const fail = (error: unknown) => {
      if (incarnation === this.#incarnation) this.#endWith(error, true, false);
    };
    try {
      const started = this.#setUp(incarnation, runApart);
      if (started !== undefined) this.#limitSetup(fail, started);
    } catch (error) {
      fail(error);
    }
  }

  #refuseAll(): void {
    if (this.#mailbox === null) return;
    this.#mailbox.dropWork();
    for (let item = this.#mailbox.shift(); item !== null; item = this.#mailbox.shift()) {
      refuse(this, item);
    }
  }
}
