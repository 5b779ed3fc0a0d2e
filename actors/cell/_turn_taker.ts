import { isThenable } from "../../channels/vocabulary/thenable.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { Habits } from "../definition/habits.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { TurnOutcome } from "../vocabulary/observer.ts";
import type { ActorOptions, MailboxOptions } from "../vocabulary/options.ts";
import { Turns } from "./async_turns.ts";
import { portable } from "./copy_here.ts";
import type { DrainOrder } from "./_drain_order.ts";
import type { Ending } from "./_ending.ts";
import type { CellEnvironment } from "./environment.ts";
import { checkHandlers, findHandler } from "./_handlers.ts";
import type { Begin, Incarnation, LifeOwner } from "./incarnation.ts";
import type { Item, Source } from "./item.ts";
import { Mailbox } from "./_mailbox.ts";
import { complete } from "./_outcome.ts";
import { refuse, refuseForRoom, refuseUnknown } from "./_refuse.ts";
import type { Runnable } from "./scheduler.ts";
import { isEndOfStream, type StreamSignals } from "./_stream_signals.ts";
import { type Handler, runTurn } from "./turn.ts";

const NO_ARGS: unknown[] = [];

/**
 * What takes turns: the part of an actor that every message passes, its mailbox and its handlers. What begins and ends
 * its lives is {@linkcode Cell}.
 */
export abstract class TurnTaker implements Runnable, LifeOwner {
  readonly environment: CellEnvironment;
  readonly serial: number;
  protected readonly definition: DefinedActor<unknown, unknown[]>;
  nextRunnable: Runnable | null = null;
  protected state: "starting" | "running" | "stopping" | "waiting" | "ended" = "starting";
  protected accepts = true;
  #queued = false;
  /** Whether a turn of it is on the stack. */
  protected isActive = false;
  protected incarnation: Incarnation;
  protected handlers: object | null = null;
  // What only some actors need is made when needed, so that an idle one costs little.
  protected mailbox: Mailbox | null = null;
  protected turns: Turns | null = null;
  protected liveSources: Set<Source> | null = null;
  protected ending: Ending | null = null;
  protected drainOrder: DrainOrder | null = null;

  constructor(
    environment: CellEnvironment,
    serial: number,
    definition: DefinedActor<unknown, unknown[]>,
  ) {
    this.environment = environment;
    this.serial = serial;
    this.definition = definition;
    this.incarnation = this.begin(0);
  }

  /** Begins a life; what it offers to the program is not known here. */
  protected begin(restarts: number): Incarnation {
    return (this.definition.traits.begin as Begin)(this, restarts);
  }

  abstract leave(): void;
  abstract crash(error: unknown): void;
  /** Begins to end, or makes an end under way stricter. */
  protected abstract end(reason: ExitReason, mayRestart: boolean, waitForTurns: boolean): void;
  /** The end has begun, and no turn is on the stack. */
  protected abstract wind(ending: Ending): void;

  get options(): ActorOptions {
    return this.definition.options;
  }

  get ref(): ActorRef<unknown> {
    return this.environment.refOf(this.environment.index, this.serial, this.options.name);
  }

  get habits(): Habits {
    return this.definition.traits.habits;
  }

  get label(): string {
    return this.options.name ?? `${this.environment.index}.${this.serial}`;
  }

  get sources(): Set<Source> {
    return this.liveSources ??= new Set();
  }

  /** Whether it is to end once nothing waits any more. */
  get drains(): boolean {
    return this.drainOrder !== null;
  }

  /** What the handlers of its streams were given to see that they are to end. */
  get streamSignals(): StreamSignals | null {
    return this.incarnation.streamSignals;
  }

  /** What the readers of its streams get when it ends. */
  get endOfStreams(): ActorStoppedError {
    const doing = "go on with a stream";
    return this.ending?.errorFor(this.label, doing) ?? new ActorStoppedError(this.label, doing);
  }

  /** Whether only one turn goes on at a time, so that waiting for a turn of its own never ends. */
  get isSequential(): boolean {
    return (this.options.concurrency ?? 1) === 1;
  }

  /** How many messages wait. */
  protected get waiting(): number {
    return this.mailbox === null ? 0 : this.mailbox.messages;
  }

  /** Accepts a message. */
  push(item: Item): void {
    if (!this.accepts) return refuse(this, item);
    if (item.chain !== null && this.isSequential) this.turns?.noteCircle(this.label, item);
    const mailbox = this.mailbox ??= new Mailbox();
    const limits = this.options.mailbox;
    if (limits !== undefined && !this.#makeRoom(item, mailbox, limits)) return;
    mailbox.push(item);
    this.schedule();
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
    return this.isSequential ? this.mailbox?.chainFrom(actor) ?? null : null;
  }

  /**
   * Accepts work of the actor's own, for which there is always room until it is to end; whether it does.
   *
   * @param isPartOfMessage Whether a message is not handled before it is done: then also while the actor drains.
   */
  pushWork(item: Item, isPartOfMessage = false): boolean {
    if (this.ending !== null || this.state === "ended") return false;
    if (this.drainOrder !== null && !isPartOfMessage) return false;
    (this.mailbox ??= new Mailbox()).push(item);
    this.schedule();
    return true;
  }

  /** Removes a message whose sender has given up, if its turn has not come. */
  withdraw(item: Item): void {
    // Without a bound it is enough that it is passed over when its turn comes.
    if (this.options.mailbox !== undefined) this.mailbox?.remove(item);
  }

  /** Nothing that waits will be handled. */
  protected refuseAll(): void {
    if (this.mailbox === null) return;
    this.mailbox.dropWork();
    for (let item = this.mailbox.shift(); item !== null; item = this.mailbox.shift()) {
      refuse(this, item);
    }
  }

  /** Answers the messages that follow with other handlers. */
  become(incarnation: object, handlers: object): void {
    checkHandlers(handlers, "become", "it takes");
    if (incarnation === this.incarnation) this.handlers = handlers;
  }

  /** Whether it has a handler with this name now. */
  has(name: string): boolean {
    return this.handlers !== null && findHandler(this.handlers, name) !== undefined;
  }

  takeTurns(turns: number): number {
    this.#queued = false;
    let taken = 0;
    while (taken < turns && this.isReady()) {
      const item = this.mailbox === null ? null : this.mailbox.shift();
      if (item === null) {
        if (this.drainOrder !== null) this.schedule();
        return taken;
      }
      taken++;
      this.#handle(item);
    }
    this.schedule();
    return taken;
  }

  protected schedule(): void {
    if (this.#queued) return;
    if (this.mailbox === null || this.mailbox.isEmpty) {
      if (this.drainOrder !== null) this.#endDrained(this.drainOrder);
    } else if (this.isReady()) {
      this.#queued = true;
      this.environment.scheduler.enqueue(this);
    }
  }

  /** Nothing waits any more. */
  #endDrained({ reason }: DrainOrder): void {
    if (this.isReady() && !this.#drainsGenerators) this.end(reason, false, true);
  }

  /** Whether a generator goes on that was told, and waited to be drained: it is not handled before its end. */
  get #drainsGenerators(): boolean {
    return this.liveSources !== null && [...this.liveSources].some(({ isDrained }) => isDrained);
  }

  protected isReady(): boolean {
    return this.state === "running" &&
      (this.turns === null || this.turns.size < (this.options.concurrency ?? 1));
  }

  #handle(item: Item): void {
    item.cell = this;
    this.isActive = true;
    this.#call(item);
    this.deactivate();
  }

  #call(item: Item): void {
    let result: unknown;
    try {
      if (item.work !== null) {
        result = this.run(item, this, item.work, NO_ARGS);
      } else {
        const handler = findHandler(this.handlers!, item.label);
        if (handler === undefined) return this.refuseUnknown(item);
        result = this.run(item, this.handlers!, handler, item.args);
      }
      // A getter of the result may throw.
      if (!isThenable(result)) return this.succeed(item, result);
    } catch (error) {
      return this.fail(item, error);
    }
    this.#callGoesOn(item, result);
  }

  /** Calls a handler, or does work. */
  protected run(item: Item, handlers: object, handler: Handler, args: unknown[]): unknown {
    return runTurn(item, handlers, handler, args);
  }

  /** A message is for a handler that it does not have. */
  protected refuseUnknown(item: Item): void {
    refuseUnknown(this, item);
  }

  /** A turn has given its result. */
  protected succeed(item: Item, result: unknown): void {
    complete(this, item, result);
  }

  /** In a function of its own: one with closures in it costs more, whether they are made or not. */
  #callGoesOn(item: Item, result: PromiseLike<unknown>): void {
    const { incarnation } = this;
    this.goOn(item, result, (result) => this.succeed(item, result), (error) => {
      // Unless it was released.
      if (item.cell !== null && incarnation === this.incarnation) this.fail(item, error);
      else item.reply?.reject(error);
    });
  }

  /** Waits for an async turn; what follows it is decided before the next one begins. */
  protected async goOn(
    item: Item,
    result: PromiseLike<unknown>,
    complete: (result: unknown) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    const turns = this.turns ??= new Turns();
    let outcome: TurnOutcome = "ok";
    turns.add(item);
    try {
      complete(await result);
    } catch (error) {
      outcome = "error";
      fail(error);
    }
    this.environment.observer?.turnEnded?.(this, item, outcome);
    item.cell = null;
    turns.delete(item);
    this.#turnOver(turns);
  }

  /** An async turn is over for the actor, whatever it still waits for; false when it is none. */
  release(item: Item): boolean {
    const { turns } = this;
    if (turns === null || !turns.delete(item)) return false;
    item.cell = null;
    this.#turnOver(turns);
    return true;
  }

  #turnOver(turns: Turns): void {
    // Not when it was one of an earlier life.
    if (turns !== this.turns) return;
    if (turns.size === 0) this.ending?.turnsOver();
    this.schedule();
  }

  /** The synchronous part of a turn is over. */
  protected deactivate(): void {
    this.isActive = false;
    const { ending } = this;
    if (ending === null || !ending.isPutOff) return;
    ending.isPutOff = false;
    this.wind(ending);
  }

  /** A turn has failed. */
  protected fail(item: Item, error: unknown): void {
    item.cell = null;
    const isToldToEnd = isEndOfStream(error);
    this.tellFailure(item, error, isToldToEnd);
    const { onError = "restart" } = this.options;
    if (onError !== "resume" && !isToldToEnd) this.endWith(error, onError === "restart", true);
  }

  /** Tells of a failure whoever waits for the turn, or else the system. */
  protected tellFailure({ reply, label }: Item, error: unknown, isToldToEnd: boolean): void {
    if (reply !== null) reply.reject(error);
    else if (!isToldToEnd) this.reportError(label, error);
    if (reply?.stream !== undefined) this.streamSignals?.forget(reply);
  }

  protected endWith(error: unknown, mayRestart: boolean, waitForTurns: boolean): void {
    this.end({ kind: "error", error: portable(error) }, mayRestart, waitForTurns);
  }

  /** Reports a failure that nobody waits for. */
  reportError(handler: string, error: unknown): void {
    const { environment, ref } = this;
    const host = environment.index;
    environment.reports.report("error", { ref, handler, host, error: portable(error) });
  }
}
