import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { Fifo } from "../../channels/waits/fifo.ts";
import type { Timer } from "../../channels/thread/clock.ts";
import type { Host } from "../host/host.ts";
import type { Owner } from "../cell/children.ts";
import type { Job, JobOwner } from "./_job.ts";
import { type Employer, PoolMember } from "./_member.ts";
import type { PoolSettings } from "./_settings.ts";
import { poolWorker } from "./_worker.ts";
import { spawnUnasked } from "../lifecycle/spawn.ts";

// Jobs that wait so long behind another one, while a worker has nothing to do, are given to that one.
const HOLD_UP_MS = 2;
// A worker counts its jobs in 32 bits; so many items are far from too many jobs.
const MOST_ITEMS = 2 ** 30;
// After so many workers in a row that have ended before they began a job, another one would do the same.
const MOST_IN_VAIN = 5;

/** The workers of a pool and the jobs that wait for them. */
export class Crew implements JobOwner, Employer {
  readonly #host: Host;
  readonly #settings: PoolSettings;
  readonly #owner: Owner = { label: "pool", what: "pool", children: new Set() };
  readonly #queue = new Fifo<Job>();
  readonly #members = new Set<PoolMember>();
  /** Workers that get no jobs, because they are beginning or ending. One that is stuck does so for ever. */
  readonly #aside = new Set<PoolMember>();
  /** What goes on beside the jobs: workers that start and that end. */
  readonly #doings = new Set<Promise<void>>();
  #starting = 0;
  /** How many workers in a row have ended before they began a job. */
  #inVain = 0;
  /** How many had ever begun one when the last one ended in vain. */
  #begunBefore = 0;
  /** How many that had begun one are gone. */
  #gone = 0;
  #isScheduled = false;
  #holdUp: Timer | null = null;
  #failure: { error: unknown } | null = null;
  /** What was being done when it failed; what waited then is done with. */
  #doing: string[] = [];
  #whenIdle: (() => void) | null = null;

  constructor(host: Host, settings: PoolSettings) {
    this.#host = host;
    const maxTasksPerWorker = Math.min(settings.maxTasksPerWorker, MOST_ITEMS);
    this.#settings = { ...settings, maxTasksPerWorker };
  }

  /** Whether everything runs on this thread. */
  get isLocal(): boolean {
    return this.#settings.workers === 0;
  }

  /** Why it does nothing any more, if that is so. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  /** What is not done: first what has begun, then what waits. As it is called in errors. */
  get undone(): string[] {
    if (this.#failure !== null) return this.#doing;
    const sent = this.#members.values().flatMap((member) => member.waiting);
    const waiting = this.#queue.values().map((job) => job.name);
    return [...new Set([...this.#begun, ...sent, ...waiting])];
  }

  get #begun(): string[] {
    return [...new Set(this.#members.values().flatMap((member) => member.doing))];
  }

  /** Accepts a job. */
  submit(job: Job): void {
    if (this.#failure !== null) {
      job.abandon();
      return job.reject(this.#failure.error);
    }
    job.place = this.#queue.push(job);
    this.changed();
  }

  /** Nobody waits for a job any more: it does not begin, if it has not. */
  givenUp(job: Job): void {
    const { place, attempt } = job;
    if (place !== null) {
      this.#queue.remove(place);
      job.place = null;
      job.abandon();
      this.changed();
    } else if (attempt !== null && !attempt.isOver && !attempt.hasBegun) {
      this.#requeue(attempt.giveUp());
      this.changed();
    }
  }

  /** Something is to be done, or can be: after what else happens in this turn. */
  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#host.clock.soon(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  /** A worker has ended with its thread. */
  lost(member: PoolMember, again: Job[], error: Error): void {
    this.#members.delete(member);
    this.#requeue(again);
    if (member.hasBegun) this.#gone++;
    else this.#endedInVain(error);
    this.changed();
  }

  /** A worker has ended before it began a job. */
  #endedInVain(error: unknown): void {
    if (this.#queue.size === 0) return;
    let begun = this.#gone;
    for (const { hasBegun } of this.#members) if (hasBegun) begun++;
    if (begun > this.#begunBefore) this.#inVain = 0;
    this.#begunBefore = begun;
    if (++this.#inVain === MOST_IN_VAIN) this.#fail(error);
  }

  /** Resolves when there is nothing to do. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      this.changed();
    });
  }

  /** Ends the workers, which have nothing to do. */
  async stop(): Promise<void> {
    for (const member of this.#members) this.#retire(member);
    await this.#settled();
  }

  /** Gives up everything, and ends the workers at once. */
  async terminate(error: unknown): Promise<void> {
    this.#fail(error);
    await this.#settled();
  }

  async #settled(): Promise<void> {
    while (this.#doings.size > 0) await Promise.all(this.#doings);
  }

  #dispatch(): void {
    if (this.#queue.size > 0) {
      for (const member of this.#members) if (member.load === 0) member.ranDry();
    }
    for (let head = this.#queue.head; head !== null; head = this.#queue.head) {
      const member = this.#memberFor(head.value);
      if (member === null) break;
      this.#queue.remove(head);
      head.value.place = null;
      this.#send(member, head.value);
    }
    this.#replaceSpent();
    this.#hire();
    this.#watchHoldUp();
    if (this.#isIdle) this.#whenIdle?.();
  }

  get #isIdle(): boolean {
    return this.#queue.size === 0 && this.#starting === 0 &&
      this.#members.values().every(({ load }) => load === 0);
  }

  #send(member: PoolMember, job: Job): void {
    try {
      member.send(job);
    } catch (error) {
      job.abandon();
      job.reject(error);
    }
  }

  /** The one with the least to do that may be sent a job. */
  #memberFor(job: Job): PoolMember | null {
    const { concurrency, maxTasksPerWorker, workers } = this.#settings;
    // What is sent ahead could begin at once in one that is still to come.
    const room = this.#members.size < workers ? concurrency : Infinity;
    let best: PoolMember | null = null;
    for (const member of this.#members) {
      if (member.load >= room || !member.hasRoomFor(job)) continue;
      if (member.items + job.items > maxTasksPerWorker) continue;
      if (best === null || member.load < best.load) best = member;
    }
    return best;
  }

  /** Ends those that were given all they may do, when they have done it. */
  #replaceSpent(): void {
    const next = this.#queue.head?.value.items ?? 1;
    for (const member of this.#members) {
      if (member.load > 0 || member.items + next <= this.#settings.maxTasksPerWorker) continue;
      this.#retire(member);
    }
  }

  #retire(member: PoolMember): void {
    this.#members.delete(member);
    if (member.hasBegun) this.#gone++;
    this.#aside.add(member);
    this.#do(member.stop().finally(() => this.#aside.delete(member)));
  }

  /** Starts as many workers as have something to do. */
  #hire(): void {
    if (this.#failure !== null) return;
    const { workers } = this.#settings;
    const free = Math.max(1, workers) - this.#members.size - this.#starting;
    const wanted = Math.min(free, this.#queue.size - this.#starting);
    for (let each = 0; each < wanted; each++) this.#do(this.#start());
  }

  async #start(): Promise<void> {
    const { workers, worker, initializer, concurrency } = this.#settings;
    const member = new PoolMember(this, this.#host, concurrency);
    this.#starting++;
    try {
      const definition = poolWorker.with({
        ...(workers === 0 ? { on: "here" } : { own: { worker } }),
        restart: "temporary",
        onError: "resume",
        concurrency,
      });
      const args = [member.progress];
      member.started(await spawnUnasked(this.#host, definition, args, this.#owner));
      if (this.#failure !== null) return await member.kill();
      this.#aside.add(member);
      if (initializer !== null) await member.initialize(initializer);
      if (this.#failure === null) this.#members.add(member);
    } catch (error) {
      if (!member.isStarted && isLoss(error)) this.#endedInVain(error);
      // Another one would fail as well.
      else this.#fail(error);
    } finally {
      this.#aside.delete(member);
      this.#starting--;
      this.changed();
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#doing = this.#begun;
    this.#failure = { error };
    this.#holdUp?.cancel();
    for (const job of this.#queue.drain()) {
      job.place = null;
      job.abandon();
      job.reject(error);
    }
    for (const member of this.#members) {
      for (const job of member.dismiss()) job.reject(error);
    }
    for (const member of [...this.#members, ...this.#aside]) this.#do(member.kill());
    this.#members.clear();
    this.changed();
  }

  #callBack(member: PoolMember): void {
    this.#requeue(member.callBack());
    this.changed();
  }

  /** Puts jobs before all that wait, in their order. */
  #requeue(jobs: Job[]): void {
    for (const job of jobs.reverse()) {
      if (job.settled) job.abandon();
      else if (this.#failure !== null) job.reject(this.#failure.error);
      else job.place = this.#queue.insert(job, () => true);
    }
  }

  /** As long as one has nothing to do while jobs wait at another: looks whether that one gets on. */
  #watchHoldUp(): void {
    if (this.#holdUp !== null || this.#queue.size > 0 || !this.#canHelp) return;
    const { concurrency } = this.#settings;
    if (!this.#members.values().some(({ load }) => load > concurrency)) return;
    this.#holdUp = this.#host.clock.setRealTimer(() => {
      this.#holdUp = null;
      if (!this.#canHelp) return;
      for (const member of this.#members) if (member.isHoldingUp()) this.#callBack(member);
      this.#watchHoldUp();
    }, HOLD_UP_MS);
  }

  get #canHelp(): boolean {
    const hasRoom = this.#members.size + this.#starting < this.#settings.workers;
    return hasRoom || this.#members.values().some(({ load }) => load === 0);
  }

  #do(doing: Promise<void>): void {
    const done = doing.catch(() => {
      // Only when the system is on its way out, and ends what is left.
    }).finally(() => this.#doings.delete(done));
    this.#doings.add(done);
  }
}

/** Whether a start failed because its thread ended, which is noticed late before that is ready. */
function isLoss(error: unknown): boolean {
  return error instanceof HostLostError ||
    error instanceof DOMException && error.name === "TimeoutError";
}
