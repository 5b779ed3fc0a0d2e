import type { Timer } from "../../channels/thread/clock.ts";
import { decodeStored, type Stored } from "../../channels/message/stored.ts";
import type { HandleReviver } from "../../channels/message/handle.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import type { Meta } from "../cell/item.ts";
import { ask } from "../messaging/outbox.ts";
import { RefByKey } from "../messaging/keyed_ref.ts";
import type { RefOwner } from "../messaging/ref_owner.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { OwnedAlarm, PendingPost, StoreHandlers } from "../vocabulary/store.ts";
import { retryIn } from "./_alarm_times.ts";

// Most alarms, and most posts, that are under way at a time.
const MOST_UNDER_WAY = 200;
// The store is looked at so often at least: whoever has set something may have ended before it could say so.
const LOOK_MS = 10_000;
const RETRY_MS = 200;

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
  readonly #alarms = new Set<string>();
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
      const { alarms, posts, next } = await store.ask.due(now, MOST_UNDER_WAY);
      for (const alarm of alarms) this.#take(alarm);
      for (const post of posts) this.#queue(post);
      this.#lookAt(Math.min(next ?? Infinity, now + LOOK_MS));
    } catch {
      // Whoever needs the store hears why it is not there.
      this.#lookAt(now + RETRY_MS);
    }
    this.#isLooking = false;
    if (!this.#looksAgain) return;
    this.#looksAgain = false;
    void this.#look();
  }

  #take(alarm: OwnedAlarm): void {
    const id = `${alarm.kind}/${alarm.key}/${alarm.name}/${alarm.due}`;
    if (this.#alarms.has(id) || this.#alarms.size >= MOST_UNDER_WAY) return;
    this.#alarms.add(id);
    void this.#goOff(alarm, id);
  }

  async #goOff({ kind, key, name, due, handler, args }: OwnedAlarm, id: string): Promise<void> {
    try {
      await this.#send(kind, key, handler, args, { alarm: [name, due] });
    } catch (error) {
      await this.#report(kind, key, handler, error);
    }
    this.#alarms.delete(id);
    if (this.#alarms.size === 0) void this.#look();
  }

  #queue(post: PendingPost): void {
    if (this.#posts.has(post.number) || this.#posts.size >= MOST_UNDER_WAY) return;
    this.#posts.add(post.number);
    const pair = `${post.sender} ${post.kind}/${post.key}`;
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
    const { kind, key, handler, args, number, attempts } = post;
    try {
      const rules = await this.#side.rulesOf(kind);
      try {
        await this.#send(kind, key, handler, args, { post: number });
      } catch (error) {
        return await this.#failed(post, error, attempts + 1 >= rules.attempts);
      }
      if (!rules.isDurable) await (await this.#side.store()).ask.delivered([number]);
      return true;
    } catch (error) {
      // The store is gone, or nobody knows the kind.
      await this.#report(kind, key, handler, error);
      return false;
    }
  }

  async #failed(post: PendingPost, error: unknown, isLast: boolean): Promise<boolean> {
    const { kind, key, handler, number, attempts } = post;
    const why = error instanceof Error ? error.message : String(error);
    // That says nothing of the message: its actor was lost, or could not commit.
    const isLost = error instanceof Error && LOSSES.includes(error.name);
    const now = this.#host.clock.wallTime();
    if (isLost) {
      this.#lookAt(now + RETRY_MS);
      return false;
    }
    const store = await this.#side.store();
    await store.ask.putOff(number, isLast ? null : now + retryIn(attempts), why);
    if (isLast) {
      this.#host.reports.deadLetter(this.#refTo(kind, key), handler, `post ${number}: ${why}`);
    }
    return isLast;
  }

  #send(kind: string, key: string, handler: string, args: Stored, meta: Meta): Promise<unknown> {
    const values = decodeStored(args, this.#side.handles) as unknown[];
    return ask(this.#refTo(kind, key).marked(meta), handler, values);
  }

  #refTo(kind: string, key: string): RefByKey {
    return new RefByKey(this.#host, kind, key);
  }

  async #report(kind: string, key: string, handler: string, error: unknown): Promise<void> {
    const { clock, index, reports } = this.#host;
    const isLost = error instanceof Error && LOSSES.includes(error.name);
    if (this.#isStopped) return;
    if (!isLost) {
      reports.report("error", { ref: this.#refTo(kind, key), handler, host: index, error });
    }
    // Not at once again.
    await new Promise<void>((resolve) => void clock.setTimer(resolve, RETRY_MS));
  }
}

/** Errors that say of what was sent only that it did not come to its end. */
const LOSSES = ["HostLostError", "ActorStoppedError", "StoreError", "TimeoutError"];
