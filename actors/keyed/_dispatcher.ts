import type { Timer } from "../../channels/thread/clock.ts";
import { decodeStored, type Stored } from "../../channels/message/stored.ts";
import type { HandleReviver } from "../../channels/message/handle.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import type { Meta } from "../cell/item.ts";
import { POST_ATTEMPTS } from "../definition/durable_rules.ts";
import { ask } from "../messaging/outbox.ts";
import { RefByKey } from "../messaging/keyed_ref.ts";
import type { RefOwner } from "../messaging/ref_owner.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { OwnedAlarm, PendingPost, StoreHandlers } from "../vocabulary/store.ts";
import { StoreError } from "../vocabulary/store_errors.ts";
import { retryIn } from "./_alarm_times.ts";

// Most alarms, and most posts, that are under way at a time.
const MOST_UNDER_WAY = 200;
// So often a post can be lost with its actor before that is its own failure.
const MERE_LOSSES = 5;
// Of so many alarms and posts it is known that they are left alone for now.
const MOST_STUCK = 10_000;
// The store is looked at so often at least: whoever has set something may have ended before it could say so.
const LOOK_MS = 10_000;
const RETRY_MS = 200;
const MOST_RETRY_MS = 10_000;
const NO_LIMIT = { timeoutMs: Infinity };

/** What the dispatcher needs of host 0. */
export interface DispatcherHost extends RefOwner {
  readonly clock: Clock;
}

/** What a kind says of posts to its actors. */
export interface PostRules {
  readonly isDurable: boolean;
  readonly attempts: number;
}

/** What the dispatcher needs besides its host. */
export interface DispatcherSide {
  store(): Promise<ActorRef<StoreHandlers>>;
  /** Brings back what is stored by identity. */
  readonly handles: ReadonlyMap<string, HandleReviver>;
  /** @throws {UnknownKindError} Rejects when nobody knows the kind. */
  rulesOf(kind: string): Promise<PostRules>;
}

/** Delivers what is due: alarms to their actors, and posts. On host 0. */
export class Dispatcher {
  readonly #host: DispatcherHost;
  readonly #side: DispatcherSide;
  #timer: Timer | null = null;
  /** Wall time of the next look. */
  #nextLook = Infinity;
  #isLooking = false;
  #looksAgain = false;
  #isStopped = false;
  /** How often in a row the store could not be asked. */
  #misses = 0;
  readonly #alarms = new Set<string>();
  /**
   * Alarms and posts whose actors cannot be activated, or are lost with each of them: until when they are left alone, and
   * how often that was so.
   */
  readonly #stuck = new Map<string, { until: number; failures: number }>();
  /** Alarms whose actors have answered, until the store says that they are not set any more. */
  readonly #answered = new Set<string>();
  /** What is under way from one actor to another, each after the one before. */
  readonly #pairs = new Map<string, PendingPost[]>();
  readonly #posts = new Set<number>();

  constructor(host: DispatcherHost, side: DispatcherSide) {
    this.#host = host;
    this.#side = side;
  }

  /** Something will be due at a wall time. */
  hint(due: number): void {
    if (due <= this.#host.clock.wallTime()) void this.#look();
    else this.#lookAt(due);
  }

  /** Looks for what is due. */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #lookAt(due: number): void {
    if (this.#isStopped || due >= this.#nextLook) return;
    this.#timer?.cancel();
    this.#nextLook = due;
    const ms = Math.max(0, due - this.#host.clock.wallTime());
    this.#timer = this.#host.clock.setTimer(() => {
      this.#timer = null;
      this.#nextLook = Infinity;
      void this.#look();
    }, ms);
    this.#timer.keepAlive(false);
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return;
    if (this.#isLooking) {
      this.#looksAgain = true;
      return;
    }
    this.#isLooking = true;
    const now = this.#host.clock.wallTime();
    try {
      const store = await this.#side.store();
      // Those that are stuck are among the oldest, and must not keep others from their turn.
      const limit = MOST_UNDER_WAY + this.#stuck.size;
      const { alarms, posts, next } = await store.ask.due(now, limit);
      this.#misses = 0;
      for (const alarm of alarms) this.#take(alarm, now);
      for (const post of posts) this.#queue(post, now);
      this.#tidy(alarms, now);
      const isFull = this.#alarms.size >= MOST_UNDER_WAY || this.#posts.size >= MOST_UNDER_WAY;
      const soon = Math.max(next ?? Infinity, isFull ? now + RETRY_MS : 0);
      this.#lookAt(Math.min(soon, now + LOOK_MS));
    } catch (error) {
      if (this.#misses++ === 0) this.#reportStore(error);
      this.#lookAt(now + Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** this.#misses));
    }
    this.#isLooking = false;
    if (!this.#looksAgain) return;
    this.#looksAgain = false;
    void this.#look();
  }

  /** Forgets alarms that were stuck and are not any more. */
  #tidy(alarms: readonly OwnedAlarm[], now: number): void {
    if (this.#stuck.size === 0 && this.#answered.size === 0) return;
    const due = new Set(alarms.map(idOf));
    for (const id of this.#answered) {
      if (!due.has(id)) this.#answered.delete(id);
    }
    for (const [id, { until }] of this.#stuck) {
      // Posts until one gets through: those that were put off are not due.
      if (until <= now && !due.has(id) && !id.startsWith(POSTS)) this.#stuck.delete(id);
    }
  }

  /** Nothing that is due can be delivered; said once. */
  #reportStore(error: unknown): void {
    const { index, reports } = this.#host;
    if (this.#isStopped || isLoss(error)) return;
    reports.report("error", { ref: undefined, handler: "store", host: index, error });
  }

  #take(alarm: OwnedAlarm, now: number): void {
    const id = idOf(alarm);
    if (this.#isLeftAlone(id, now)) return;
    if (this.#alarms.has(id) || this.#alarms.size >= MOST_UNDER_WAY) return;
    // Its actor has answered, and it is still set: this look was under way, or the actor knows it otherwise.
    if (this.#answered.delete(id)) return this.#leaveAlone(id);
    this.#alarms.add(id);
    void this.#goOff(alarm, id);
  }

  async #goOff({ kind, key, name, due, handler, args }: OwnedAlarm, id: string): Promise<void> {
    try {
      await this.#send(kind, key, handler, args, { alarm: [name, due] });
      this.#answered.add(id);
    } catch (error) {
      if (isLoss(error)) this.#leaveAlone(id);
      else this.#setAside(id, this.#refTo(kind, key), handler, error);
    }
    this.#alarms.delete(id);
    if (this.#alarms.size === 0) void this.#look();
  }

  /** An alarm whose handler has failed is set anew by its actor; else the actor could not be activated. */
  #setAside(id: string, ref: RefByKey, handler: string, error: unknown): void {
    const { index, reports } = this.#host;
    const { failures } = this.#stuck.get(id) ?? { failures: 0 };
    if (failures === 0) reports.report("error", { ref, handler, host: index, error });
    this.#leaveAlone(id);
  }

  #isLeftAlone(id: string, now: number): boolean {
    const stuck = this.#stuck.get(id);
    if (stuck === undefined || stuck.until <= now) return false;
    this.#lookAt(stuck.until);
    return true;
  }

  /** What is due is not sent again at once, and later and later. */
  #leaveAlone(id: string): void {
    const { failures } = this.#stuck.get(id) ?? { failures: 0 };
    this.#stuck.delete(id);
    const ms = failures === 0 ? RETRY_MS : retryIn(failures - 1);
    const until = this.#host.clock.wallTime() + ms;
    this.#stuck.set(id, { until, failures: failures + 1 });
    this.#lookAt(until);
    if (this.#stuck.size <= MOST_STUCK) return;
    for (const [oldest] of this.#stuck) return void this.#stuck.delete(oldest);
  }

  #queue(post: PendingPost, now: number): void {
    const pair = pairOf(post);
    if (this.#isLeftAlone(pair, now)) return;
    if (this.#posts.has(post.number) || this.#posts.size >= MOST_UNDER_WAY) return;
    this.#posts.add(post.number);
    const queue = this.#pairs.get(pair);
    if (queue !== undefined) return void queue.push(post);
    this.#pairs.set(pair, [post]);
    void this.#deliverAll(pair);
  }

  /** Delivers what one actor has posted to another, in order. */
  async #deliverAll(pair: string): Promise<void> {
    const queue = this.#pairs.get(pair)!;
    for (let post = queue.shift(); post !== undefined; post = queue.shift()) {
      const isThrough = await this.#deliver(post);
      this.#posts.delete(post.number);
      if (isThrough) continue;
      // The others wait; they come again with the next look.
      for (const { number } of queue.splice(0)) this.#posts.delete(number);
    }
    this.#pairs.delete(pair);
    if (this.#posts.size === 0) void this.#look();
  }

  /** Whether the next one may follow. */
  async #deliver(post: PendingPost): Promise<boolean> {
    const { kind, key, handler, args, number } = post;
    let rules = UNKNOWN;
    try {
      rules = await this.#side.rulesOf(kind);
      await this.#send(kind, key, handler, args, { post: number });
      if (!rules.isDurable) await (await this.#side.store()).ask.delivered([number]);
      this.#stuck.delete(pairOf(post));
      return true;
    } catch (error) {
      return await this.#failed(post, error, post.attempts + 1 >= rules.attempts);
    }
  }

  async #failed(post: PendingPost, error: unknown, isLast: boolean): Promise<boolean> {
    const { kind, key, handler, number, attempts } = post;
    const now = this.#host.clock.wallTime();
    try {
      if (isLoss(error) && this.#isMereLoss(pairOf(post))) return false;
      const why = error instanceof Error ? error.message : String(error);
      const store = await this.#side.store();
      await store.ask.putOff(number, isLast ? null : now + retryIn(attempts), why);
      if (!isLast) return false;
      this.#stuck.delete(pairOf(post));
      this.#host.reports.deadLetter(this.#refTo(kind, key), handler, `post ${number}: ${why}`);
      return true;
    } catch {
      // It is in the store, and comes again.
      this.#lookAt(now + RETRY_MS);
      return false;
    }
  }

  /**
   * Whether what was lost with its actor, or found no room, comes again without more ado, with those behind it: from some
   * time on it is taken for the reason of the loss, and counts as a failure.
   */
  #isMereLoss(pair: string): boolean {
    if ((this.#stuck.get(pair)?.failures ?? 0) >= MERE_LOSSES) return false;
    this.#leaveAlone(pair);
    return true;
  }

  #send(kind: string, key: string, handler: string, args: Stored, meta: Meta): Promise<unknown> {
    const values = decodeStored(args, this.#side.handles) as unknown[];
    // However long it takes: what is sent again while its actor works on it would be done twice.
    return ask(new RefByKey(this.#host, kind, key, NO_LIMIT, meta), handler, values);
  }

  #refTo(kind: string, key: string): RefByKey {
    return new RefByKey(this.#host, kind, key);
  }
}

/** Tells an alarm, as it is set now, from all others. */
function idOf({ kind, key, name, due }: OwnedAlarm): string {
  return `${kind}/${key}/${name}/${due}`;
}

const POSTS = "posts ";

/** The actors between which a post goes. */
function pairOf({ sender, kind, key }: PendingPost): string {
  return `${POSTS}${sender} ${kind}/${key}`;
}

/** Of a kind that nobody knows. */
const UNKNOWN: PostRules = { isDurable: true, attempts: POST_ATTEMPTS };

/** Errors that say of what was sent only that it did not come to its end, or that there was no room for it. */
const LOSSES = ["HostLostError", "ActorStoppedError", "MailboxFullError"];
/** Why a store does not keep something, also when it is asked again. */
const FOR_GOOD: readonly string[] = ["too-big", "refused"];

/** Whether something was not handled for a reason that has nothing to do with it. */
function isLoss(error: unknown): boolean {
  if (error instanceof StoreError) return !FOR_GOOD.includes(error.reason);
  return error instanceof Error && LOSSES.includes(error.name);
}
