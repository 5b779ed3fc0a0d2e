import { abandonValues } from "../../channels/message/abandon.ts";
import { STAYS_HERE, STAYS_HERE_PORTABLE } from "../../channels/packing/destination.ts";
import { decodeStored } from "../../channels/message/stored.ts";
import { copyHere, staysAsItIs } from "../cell/copy_here.ts";
import { type Item, MarkedItem, type Meta } from "../cell/item.ts";
import { isIterator } from "../cell/iterator.ts";
import { apart, currentTurn, type Handler, runTurn } from "../cell/turn.ts";
import { type Habits, NoHabits } from "../definition/habits.ts";
import { tell } from "../messaging/outbox.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { CommitOutcome, StoredTurn } from "../vocabulary/store.ts";
import { StoreError } from "../vocabulary/store_errors.ts";
import { retryIn } from "./_alarm_times.ts";
import { ActorRecord, type DurableSide } from "./_actor_record.ts";
import { HeldOutput } from "./_held_output.ts";
import { keyIn, kindIn } from "./ids.ts";
import { KeyedCell } from "./_keyed_cell.ts";
import { Refused, runOnce } from "./_once.ts";
import { TurnDraft } from "./_turn_draft.ts";

const NO_HABITS = new NoHabits();
const NOBODY = { size: 0 };

/**
 * A keyed actor whose turns are transactions. What a turn changes, sends and answers is held back until it is committed;
 * the next turn begins before that, on what this one has left. Should a commit fail, nothing leaves that was built on it,
 * and the actor is activated anew from what is stored.
 */
export class DurableCell extends KeyedCell {
  /** What it needs besides its thread; set once, right after it was made. */
  side!: DurableSide;
  readonly #output = new HeldOutput(this);
  #record: ActorRecord | null = null;
  /** Why what was known of it does not hold any more. */
  #doom: unknown = null;
  /** The turn that may write; there is one at a time. */
  #open: TurnDraft | null = null;
  /** Turns that only read, while there are any. */
  #reading: Set<Item> | null = null;
  #whenSettled: (() => void)[] | null = null;

  /** What a handler does after its thousandth call is in its transaction, too. */
  override get habits(): Habits {
    return NO_HABITS;
  }

  override get keeps(): boolean {
    return true;
  }

  /** Whether all that its turns have given has left. */
  override get isSettled(): boolean {
    return this.#output.isEmpty;
  }

  /** Also nothing that waits for its commit. */
  override get isIdle(): boolean {
    return super.isIdle && this.isSettled;
  }

  override whenSettled(callback: () => void): void {
    (this.#whenSettled ??= []).push(callback);
  }

  /** All that its turns have given has left. */
  settled(): void {
    const callbacks = this.#whenSettled;
    this.#whenSettled = null;
    for (const callback of callbacks ?? []) callback();
  }

  override async stop(reason: ExitReason, drain?: boolean): Promise<boolean> {
    const isClean = await super.stop(reason, drain);
    if (!this.isSettled) await new Promise<void>((resolve) => this.whenSettled(resolve));
    return isClean;
  }

  /** Reads what is stored, if that is not known; before `setup`. */
  load(): Promise<void> | null {
    return this.#record === null ? this.#load() : null;
  }

  async #load(): Promise<void> {
    const { side, id } = this;
    const stored = await side.store.load(kindIn(id), keyIn(id));
    this.#record = new ActorRecord(id, side, stored);
  }

  /**
   * What is known of the actor; it is, from `setup` on.
   *
   * @throws {StoreError} when a commit has failed on which the caller builds.
   */
  get record(): ActorRecord {
    if (this.#record === null) throw this.#doom;
    return this.#record;
  }

  /** The turn of the caller, `null` when it is none that may write. */
  get ownTurn(): TurnDraft | null {
    const turn = this.#open;
    return turn !== null && currentTurn() === turn.item ? turn : null;
  }

  /** Whether the caller is a turn of this actor that only reads, or its `setup`. */
  get isReading(): boolean {
    const turn = currentTurn();
    return turn !== null && turn.cell === this && turn !== this.#open?.item &&
      (this.#reading?.has(turn) || turn.label === "setup" && this.state === "starting");
  }

  /**
   * The turn of the caller, to write.
   *
   * @throws {Error} when it is none that may.
   */
  writing(doing: string): TurnDraft {
    const turn = this.ownTurn;
    if (turn === null) throw this.notInTurn(doing);
    return turn;
  }

  /** The error of somebody who uses what only turns have. */
  notInTurn(doing: string): Error {
    const why = this.isReading
      ? "setup and handlers of reads only read"
      : "outside of a turn of it";
    return new Error(`Cannot ${doing} of actor "${this.id}": ${why}`);
  }

  protected override isReady(): boolean {
    if (this.state !== "running") return false;
    if (!this.side.store.hasRoom) {
      this.side.store.whenRoom(this);
      return false;
    }
    if (this.#open === null) return true;
    const next = this.mailbox?.first ?? null;
    return next !== null && this.#isRead(next);
  }

  /** The store takes turns again. */
  hasRoom(): void {
    this.schedule();
  }

  #isRead(item: Item): boolean {
    return item.work === null && this.side.rules.readers.has(item.label) &&
      !(item instanceof MarkedItem);
  }

  protected override checkAnswers(handlers: object): void {
    for (const name of this.side.rules.readers) {
      if (typeof (handlers as Record<string, unknown>)[name] === "function") continue;
      throw new TypeError(
        `Cannot start actor: reads names "${name}", which is no handler that setup has returned`,
      );
    }
  }

  protected override beginAgain(restarts: number): void {
    this.#undo();
    this.#reading = null;
    super.beginAgain(restarts);
  }

  protected override run(
    item: Item,
    handlers: object,
    handler: Handler,
    args: unknown[],
  ): unknown {
    if (this.#isRead(item)) {
      (this.#reading ??= new Set()).add(item);
      return runTurn(item, handlers, handler, args);
    }
    const turn = this.#open = new TurnDraft(item);
    if (!(item instanceof MarkedItem)) return runTurn(item, handlers, handler, args);
    const { once, alarm, post } = item.meta;
    if (alarm !== undefined) {
      const set = this.#dueAs(turn, alarm);
      return set === null ? undefined : runTurn(item, handlers, handler, set);
    }
    const call = () => runTurn(item, handlers, handler, args);
    if (post !== undefined) turn.delivers = post;
    return once === undefined ? call() : runOnce(this.id, this.record, this.side, turn, once, call);
  }

  /**
   * The arguments of an alarm that is still set for this time, `null` of another one; it is over with this turn, or set
   * for the next time. What comes may be from before it was set anew for the same time.
   */
  #dueAs(turn: TurnDraft, [name, due]: NonNullable<Meta["alarm"]>): unknown[] | null {
    const { record, side: { handles } } = this;
    const alarm = record.alarms.get(name);
    if (alarm === undefined || alarm.due !== due || alarm.handler !== turn.item.label) return null;
    turn.setAlarm(name, record.again(name));
    return decodeStored(alarm.args, handles) as unknown[];
  }

  protected override succeed(item: Item, result: unknown): void {
    const turn = this.#open?.item === item ? this.#open : null;
    if (turn === null && !this.#readingOver(item)) return super.succeed(item, result);
    let given: unknown;
    let stored: StoredTurn | null = null;
    try {
      if (this.#record === null) throw this.#doom;
      given = givenBy(item, result);
      if (turn !== null) stored = this.record.finish(turn);
    } catch (error) {
      return this.fail(item, error);
    }
    if (turn !== null) this.#open = null;
    item.cell = null;
    const { incarnation } = this;
    const leave = () => {
      if (turn !== null) { for (const effect of turn.effects) effect.leave(); }
      // Its streams have been ended by then, or will be.
      const isOver = this.state !== "running" || incarnation !== this.incarnation;
      if (isOver && isIterator(given) && item.work === null) {
        item.reply?.reject(this.endOfStreams);
      } else {
        super.succeed(item, given);
      }
    };
    const refuse = (error: unknown) => {
      if (turn !== null) { for (const effect of turn.effects) effect.refuse(error); }
      super.tellFailure(item, error, false);
    };
    if (stored === null) this.#output.add(leave, refuse);
    else this.#commit(stored, leave, refuse);
  }

  #commit(turn: StoredTurn, leave: () => void, refuse: (error: unknown) => void): void {
    const { record } = this;
    const committed = this.#output.commit(leave, refuse);
    this.side.store.commit(turn, (outcome) => {
      // Another one before it has failed.
      if (this.#record !== record) return;
      if (outcome !== "done") return this.#fence(turn, outcome);
      record.committed(turn);
      committed();
      const due = record.dueOf(turn);
      if (due !== null) this.side.hint(due);
    });
  }

  /** A turn could not be committed: nothing that was built on it holds. */
  #fence(turn: StoredTurn, outcome: Exclude<CommitOutcome, "done">): void {
    const error = outcome instanceof Error ? outcome : new StoreError(
      outcome === "delivered"
        ? `Cannot commit turn of actor "${this.id}": post ${turn.delivers} was handled before`
        : `Cannot commit turn of actor "${this.id}": it has been activated elsewhere since`,
      "",
      "failed",
    );
    this.#record = null;
    this.#doom = error;
    // First, so that who reads a stream hears why.
    this.#output.refuseAll(error);
    if (this.state === "running") this.endWith(error, true, true);
  }

  protected override fail(item: Item, thrown: unknown): void {
    // What it has seen was never so.
    const error = this.#record === null ? this.#doom : thrown;
    this.#readingOver(item);
    if (this.#open?.item === item) this.#undo();
    if (error instanceof Refused) {
      item.cell = null;
      return this.tellFailure(item, error.reason, false);
    }
    this.#putOff(item, error);
    super.fail(item, error);
  }

  protected override tellFailure(item: Item, error: unknown, isToldToEnd: boolean): void {
    const tellNow = (why: unknown) => super.tellFailure(item, why, isToldToEnd);
    this.#output.add(() => tellNow(error), tellNow);
  }

  protected override refuseUnknown(item: Item): void {
    const error = new TypeError(`it has no handler "${item.label}"`);
    if (this.#putOff(item, error)) this.reportError(item.label, error);
    super.refuseUnknown(item);
  }

  /** An alarm whose handler has failed is due again later; whether it was one. */
  #putOff(item: Item, error: unknown): boolean {
    const [name, due] = item instanceof MarkedItem ? item.meta.alarm ?? [] : [];
    const alarm = name === undefined ? undefined : this.#record?.alarms.get(name);
    if (alarm === undefined || alarm.due !== due || alarm.handler !== item.label) return false;
    const turn = new TurnDraft(item);
    turn.setAlarm(alarm.name, {
      ...alarm,
      due: this.side.clock.wallTime() + retryIn(alarm.attempts),
      attempts: alarm.attempts + 1,
      failure: error instanceof Error ? error.message : String(error),
    });
    const nothing = () => {};
    this.#commit(this.record.finish(turn)!, nothing, nothing);
    return true;
  }

  override release(item: Item): boolean {
    if (this.#open?.item === item) this.#undo();
    this.#readingOver(item);
    return super.release(item);
  }

  /** A turn that only reads is over; whether it was one. */
  #readingOver(item: Item): boolean {
    const { size } = this.#reading ?? NOBODY;
    if (size === 0 || !this.#reading!.delete(item)) return false;
    if (size === 1) this.#reading = null;
    return true;
  }

  /** Nothing of the turn that goes on is kept. */
  #undo(): void {
    this.#open = null;
    this.#record?.rollBack();
  }

  /** Whether a message that the caller tells leaves later: with the commit of its turn. */
  holdsTell(ref: Target, handler: string, args: unknown[]): boolean {
    const turn = this.ownTurn;
    if (turn === null && this.isSettled) return false;
    const copies = copyHere(
      args,
      "message",
      "args",
      ref.isKeyed ? STAYS_HERE_PORTABLE : STAYS_HERE,
    );
    const leave = () => apart(() => tell(ref, handler, copies));
    const refuse = (error: unknown) => {
      abandonValues(copies);
      const why = error instanceof Error ? error.message : String(error);
      ref.host.reports.deadLetter(ref, handler, why);
    };
    if (turn !== null) turn.tell({ leave, refuse });
    else this.#output.add(leave, refuse);
    return true;
  }

  /** Whether what the caller sends leaves later: when the turns before its own are committed. */
  holds(leave: () => void, refuse: (error: unknown) => void): boolean {
    if (this.isSettled) return false;
    this.#output.add(leave, refuse);
    return true;
  }
}

/** What a turn has given, as it is now: it may change before it leaves. */
function givenBy(item: Item, result: unknown): unknown {
  if (item.reply === null || staysAsItIs(result, STAYS_HERE_PORTABLE)) return result;
  if (item.work === null && isIterator(result)) return result;
  return copyHere([result], "reply", "result", STAYS_HERE_PORTABLE)[0];
}
