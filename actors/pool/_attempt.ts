import { abandonValues } from "../../channels/message/abandon.ts";
import type { Pending } from "../messaging/remote_reply.ts";
import type { Job, Underway } from "./_job.ts";
import { notBegun } from "./_progress.ts";

/** The worker that a job was sent to, as the pool sees it. */
export interface AttemptOwner {
  /** Shared with the worker. */
  readonly progress: Int32Array;
  /** A job was answered. */
  answered(attempt: Attempt): void;
  /** Nobody waits any more for a job that has not begun; gives what was taken back with it. */
  giveUp(attempt: Attempt): Job[];
  /** Whether an error is the loss of the worker's thread; then everything that was sent to it is dealt with. */
  isLoss(error: unknown): boolean;
}

/** A job on its way to one worker; what comes back after it was called back means nothing. */
export class Attempt implements Pending, Underway {
  at = -1;
  readonly job: Job;
  readonly serial: number;
  readonly #owner: AttemptOwner;
  isOver = false;

  constructor(owner: AttemptOwner, job: Job, serial: number) {
    this.#owner = owner;
    this.job = job;
    this.serial = serial;
  }

  /** Whether its worker has begun it. */
  get hasBegun(): boolean {
    return this.serial < notBegun(this.#owner.progress);
  }

  /** For a worker on this thread: whether it was called back. */
  get settled(): boolean {
    return this.isOver;
  }

  giveUp(): Job[] {
    return this.#owner.giveUp(this);
  }

  resolve(value: unknown): void {
    if (this.isOver) return;
    this.#owner.answered(this);
    if (this.job.settled) abandonValues([value]);
    else this.job.resolve(value);
  }

  reject(error: unknown): void {
    if (this.isOver || this.#owner.isLoss(error)) return;
    this.#owner.answered(this);
    this.job.reject(error);
  }
}
