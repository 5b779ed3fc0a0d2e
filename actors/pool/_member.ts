import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK, STAYS_HERE } from "../../channels/packing/destination.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { Wait } from "../../channels/waits/wait.ts";
import { exited, stop, terminate } from "../lifecycle/control.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Host } from "../host/host.ts";
import { again as anotherLoss } from "../messaging/loss.ts";
import { post } from "../messaging/outbox.ts";
import { Attempt, type AttemptOwner } from "./_attempt.ts";
import type { Job, PoolTask } from "./_job.ts";
import { callBack, newProgress, notBegun } from "./_progress.ts";
import type { TaskCall } from "../vocabulary/definition.ts";
import type { Target } from "../messaging/ref_owner.ts";

// So many short jobs on their way to one worker hide the way there.
const MAX_WINDOW = 256;

/** Who gives a worker its jobs. */
export interface Employer {
  /** Something is to be done, or can be. */
  changed(): void;
  /** A worker has ended with its thread; some of its jobs are to run again. */
  lost(member: PoolMember, again: Job[], error: Error): void;
}

/** One worker of a pool, as the pool sees it. */
export class PoolMember implements AttemptOwner {
  readonly progress = newProgress();
  readonly #employer: Employer;
  readonly #host: Host;
  readonly #concurrency: number;
  /** What it was sent and has not answered, by serial and so in order. */
  readonly #attempts = new Map<number, Attempt>();
  readonly #defined = new Set<number>();
  #ref: Target | null = null;
  #sent = 0;
  /** Most jobs that are sent to it ahead of its answers. */
  #window: number;
  #items = 0;
  #isOver = false;
  #seen = 0;
  /** The last one that cannot be called back. */
  #pinned: Attempt | null = null;
  /** What it was doing when everything was taken from it. */
  #lastDoing: string | undefined = undefined;
  /** The first serial that was not called back. */
  #firstLeft = 0;

  constructor(employer: Employer, host: Host, concurrency: number) {
    this.#employer = employer;
    this.#host = host;
    this.#concurrency = concurrency;
    this.#window = concurrency + 1;
  }

  /** Whether it has come to run. */
  get isStarted(): boolean {
    return this.#ref !== null;
  }

  get load(): number {
    return this.#attempts.size;
  }

  /** Whether it has begun a job. */
  get hasBegun(): boolean {
    return notBegun(this.progress) > this.#firstLeft;
  }

  /** How many items it was given. */
  get items(): number {
    return this.#items;
  }

  /** The tasks that it has begun and not answered, as they are called in errors. */
  get doing(): string[] {
    const begun = this.#attempts.values().filter((attempt) => attempt.hasBegun);
    return Array.from(begun, ({ job }) => job.name);
  }

  /** The tasks that it was sent and has not begun, as they are called in errors. */
  get waiting(): string[] {
    const attempts = this.#attempts.values().filter(({ hasBegun, job }) =>
      !hasBegun && !job.settled
    );
    return Array.from(attempts, ({ job }) => job.name);
  }

  /** Whether it may be sent this job now. */
  hasRoomFor(job: Job): boolean {
    // Its thread has ended; that is known before everything it has sent is taken in.
    if (this.#isDying) return false;
    // What cannot be called back goes only where it begins at once; until then nothing behind it could be, either.
    const isPinned = job.isPinned || this.#isLocal || this.#pinned?.hasBegun === false;
    return this.load < (isPinned ? this.#concurrency : this.#window);
  }

  /** Its worker runs. */
  started(ref: Target): void {
    this.#ref = ref;
    // It ends only when told to, or with its thread.
    void exited(this.#host, ref).then((reason) => this.#lose(reason));
  }

  /** Runs the initializer; rejects with its error. */
  initialize(initializer: TaskCall): Promise<unknown> {
    const wait = new Wait();
    const where = this.#isLocal ? STAYS_HERE : OVER_LINK;
    post(this.#ref!, "initialize", capture([initializer], where, "message", "initializer"), wait);
    return wait.promise;
  }

  /**
   * Sends a job.
   *
   * @throws {Error} when its system has ended.
   */
  send(job: Job): void {
    const { kind, task } = job;
    const { number } = task;
    if (!this.#defined.has(number)) this.#define(task);
    const attempt = new Attempt(this, job, this.#sent++);
    const packet = job.outgoing();
    const payload = withNumbers(packet.payload, attempt.serial, number);
    post(this.#ref!, kind, { ...packet, payload }, attempt);
    this.#attempts.set(attempt.serial, attempt);
    this.#items += job.items;
    job.attempt = attempt;
    if (job.isPinned) this.#pinned = attempt;
  }

  #define({ number, definition }: PoolTask): void {
    const packet = capture(
      [number, definition.placed()],
      this.#isLocal ? STAYS_HERE : OVER_LINK,
      "task",
      "task",
    );
    post(this.#ref!, "define", packet, null);
    this.#defined.add(number);
  }

  get #isLocal(): boolean {
    return this.#ref!.isHere;
  }

  get #isDying(): boolean {
    return this.#host.lost.errorOf(this.#ref!.at) !== undefined;
  }

  answered(attempt: Attempt): void {
    this.#forget(attempt);
    this.#employer.changed();
  }

  #forget(attempt: Attempt): void {
    attempt.isOver = true;
    if (attempt === this.#pinned) this.#pinned = null;
    this.#attempts.delete(attempt.serial);
  }

  /** It had nothing to do while there was something: from now on it is sent more ahead. */
  ranDry(): void {
    if (this.#sent > 0) this.#window = Math.min(MAX_WINDOW, this.#window * 2);
  }

  /** Whether it works on the same jobs as at the last call, and others wait behind them. */
  isHoldingUp(): boolean {
    const next = notBegun(this.progress);
    const isSame = next === this.#seen;
    this.#seen = next;
    return isSame && !this.#isOver && this.#sent > next && this.load > this.#concurrency;
  }

  giveUp(attempt: Attempt): Job[] {
    if (!this.#isLocal) return this.callBack();
    // The mailbox passes it over.
    this.#forget(attempt);
    return [];
  }

  /** Takes back what has not begun, in order; nothing as long as something that moves is on its way. */
  callBack(): Job[] {
    if (this.#ref === null || this.#holdsPinned()) return [];
    const next = callBack(this.progress, this.#sent);
    if (next === this.#firstLeft) this.#firstLeft = this.#sent;
    const jobs: Job[] = [];
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.serial < next) continue;
      this.#forget(attempt);
      this.#items -= attempt.job.items;
      jobs.push(attempt.job);
    }
    if (jobs.length > 0) this.#window = this.#concurrency + 1;
    return jobs;
  }

  #holdsPinned(): boolean {
    return this.#attempts.values().some((attempt) => {
      const { job } = attempt;
      return job.isPinned && !job.settled && !attempt.hasBegun;
    });
  }

  isLoss(error: unknown): boolean {
    if (!(error instanceof HostLostError) || !this.#isDying) return false;
    this.#lose({ kind: "host-lost", error });
    return true;
  }

  #lose(reason: ExitReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const next = notBegun(this.progress);
    const again: Job[] = [];
    for (const job of this.dismiss()) {
      if (job.settled) continue;
      const hasBegun = job.attempt!.serial < next;
      if (job.isPinned || hasBegun && job.retries === 0) {
        job.reject(errorOf(reason));
        continue;
      }
      if (hasBegun) job.retries--;
      again.push(job);
    }
    this.#employer.lost(this, again, errorOf(reason));
  }

  /** Takes everything from it, begun or not. */
  dismiss(): Job[] {
    const attempts = [...this.#attempts.values()];
    this.#lastDoing = this.doing[0];
    for (const attempt of attempts) this.#forget(attempt);
    return attempts.map(({ job }) => job);
  }

  /** Ends it after what it is doing; nothing may be on its way to it. */
  async stop(): Promise<void> {
    this.#isOver = true;
    if (this.#ref !== null) await stop(this.#host, this.#ref, false);
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#isOver = true;
    if (this.#ref !== null) await terminate(this.#host, this.#ref, this.#lastDoing);
  }
}

/** The values of a payload after the numbers of the job and its task. */
function withNumbers(payload: Payload, serial: number, task: number): Payload {
  if (Array.isArray(payload)) return [serial, task, ...payload];
  return { ...payload, values: [serial, task, ...payload.values] };
}

/** Why a job is lost; one error for each. */
function errorOf(reason: ExitReason): Error {
  return reason.kind === "host-lost" && reason.error instanceof HostLostError
    ? anotherLoss(reason.error)
    : new ActorStoppedError("worker", "run task", { what: "worker" });
}
