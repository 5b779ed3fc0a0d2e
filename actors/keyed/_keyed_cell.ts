import { abandonValues } from "../../channels/message/abandon.ts";
import { Cell } from "../cell/cell.ts";
import type { Owner } from "../cell/children.ts";
import type { CellEnvironment } from "../cell/environment.ts";
import type { Guard } from "../cell/guard.ts";
import { type Item, MarkedItem } from "../cell/item.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { Used } from "./_recency.ts";

/** Where keyed actors are active. */
export interface Home extends Guard {
  /** A reference to an actor, by its id. */
  refTo(id: string): ActorRef<unknown>;
}

/** Who notes when an actor is used. */
export interface Attendant {
  /** An actor is used now. */
  used(cell: KeyedCell): void;
}

/**
 * A keyed actor while it is active. Its lives follow each other as those of any actor do; between two of them, when
 * nothing waits for it, it is taken out, and nothing of it is left.
 */
export class KeyedCell extends Cell implements Used {
  /** `kind/key`. */
  readonly id: string;
  readonly #home: Home;
  readonly #attendant: Attendant;
  before: Used | null = null;
  after: Used | null = null;
  usedIn = -1;
  /** Why its `setup` has failed, until that is handled. */
  #startError: { readonly error: unknown } | null = null;

  constructor(
    environment: CellEnvironment,
    serial: number,
    definition: DefinedActor<unknown, unknown[]>,
    id: string,
    key: string,
    owner: Owner,
    home: Home,
    attendant: Attendant,
  ) {
    super(environment, serial, definition, [key], owner, home);
    this.id = id;
    this.#home = home;
    this.#attendant = attendant;
  }

  override get label(): string {
    return this.id;
  }

  override get ref(): ActorRef<unknown> {
    return this.#home.refTo(this.id);
  }

  /** How many messages wait. */
  get messages(): number {
    return this.waiting;
  }

  override push(item: Item): void {
    const { reply } = item;
    if (reply !== null) reply.isPortable = true;
    if (item instanceof MarkedItem && item.meta.once !== undefined && !this.keeps) {
      abandonValues(item.args);
      return reply!.reject(
        new TypeError(
          `Cannot ask "${item.label}" of actor "${this.id}" once: it has no state, so it keeps no answers`,
        ),
        true,
      );
    }
    super.push(item);
    this.#attendant.used(this);
  }

  /** Whether it has nothing to do, and nothing open. */
  get isIdle(): boolean {
    return this.state === "running" && this.ending === null && !this.isActive &&
      (this.mailbox === null || this.mailbox.isEmpty) &&
      (this.turns === null || this.turns.size === 0) &&
      (this.liveSources === null || this.liveSources.size === 0) &&
      !this.incarnation.isBusy;
  }

  /** Whether a life has ended, and no other one has begun. */
  get isBetweenLives(): boolean {
    return this.state === "waiting";
  }

  /** Whether it can keep something. */
  get keeps(): boolean {
    return false;
  }

  /** Whether all that its turns have given has left. */
  get isSettled(): boolean {
    return true;
  }

  /** Calls back once when it is settled. */
  whenSettled(callback: () => void): void {
    callback();
  }

  /** Begins the first life. */
  activate(): void {
    if (this.state === "starting") this.live();
  }

  /** It is asleep: another one is made when it is needed again. */
  leaveMemory(): void {
    this.state = "ended";
    this.accepts = false;
  }

  /** Begins the next life, for messages that came while the one before ended. */
  activateAgain(): void {
    this.beginAgain(0);
    this.live();
  }

  /** Ends the life that has nothing to do. */
  sleep(): void {
    this.end({ kind: "normal" }, true, true);
  }

  protected override failToStart(error: unknown): void {
    this.#startError = { error };
    super.failToStart(error);
  }

  /** Why the life that has ended never began; asked once. */
  takeStartError(): { readonly error: unknown } | null {
    const error = this.#startError;
    this.#startError = null;
    return error;
  }

  /** What waits is not handled, because of an error. */
  rejectAll(error: unknown): void {
    const { mailbox } = this;
    if (mailbox === null) return;
    mailbox.dropWork();
    for (let item = mailbox.shift(); item !== null; item = mailbox.shift()) {
      abandonValues(item.args);
      if (item.reply !== null) item.reply.reject(error);
      else this.environment.reports.deadLetter(this.ref, item.label, whyNot(error));
    }
  }
}

function whyNot(error: unknown): string {
  return `the actor could not be activated: ${error instanceof Error ? error.message : error}`;
}
