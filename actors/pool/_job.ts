import { abandonItem, abandonValues } from "../../channels/packing/abandon.ts";
import { givenAway, type Packet, sentAgain } from "../../channels/packing/packet.ts";
import type { Place } from "../../channels/waits/fifo.ts";
import { revive } from "../../channels/packing/revival.ts";
import { Wait } from "../../channels/waits/deadlines.ts";
import type { DefinedTask } from "../definition/defined_task.ts";
import type { Crew } from "./_crew.ts";
import { NO_SIGNALS } from "../cell/copy_here.ts";
import type { Pending } from "../messaging/remote_reply.ts";
import type { PoolMember } from "./_member.ts";
import { notBegun } from "./_progress.ts";
import { traced } from "../messaging/trace.ts";

/** How a job is run: with its arguments, or for each of a list of items. */
export type JobKind = "call" | "map" | "starmap";

/** A task of a pool. */
export interface PoolTask {
  /** By which the workers know it. */
  readonly number: number;
  readonly definition: DefinedTask<unknown[], unknown>;
  readonly label: string;
}

/** Something for a worker of a pool to do, and who waits for it. */
export class Job extends Wait {
  readonly kind: JobKind;
  readonly task: PoolTask;
  readonly packet: Packet;
  /** How many items it has. */
  readonly items: number;
  readonly #crew: Crew;
  readonly #signal: AbortSignal | undefined;
  /** What it moves. */
  readonly #given: readonly Transferable[];
  /** How often it may still be run again. */
  retries: number;
  /** Where it waits, while it does. */
  place: Place<Job> | null = null;
  /** Its way to a worker, once it was sent. */
  attempt: Attempt | null = null;

  constructor(
    crew: Crew,
    kind: JobKind,
    task: PoolTask,
    packet: Packet,
    items: number,
    retries: number,
    signal: AbortSignal | undefined,
  ) {
    super();
    this.#crew = crew;
    this.kind = kind;
    this.task = task;
    this.packet = packet;
    this.items = items;
    this.#signal = signal;
    this.#given = givenAway(packet);
    // What has left with a message cannot go with another one; buffers are copied instead.
    const canRepeat = this.#given.every((each) => each instanceof ArrayBuffer);
    this.retries = canRepeat ? retries : 0;
  }

  /** Whether it can be sent once only, because it moves something. */
  get isPinned(): boolean {
    return this.#given.length > 0 && this.retries === 0;
  }

  /** What is sent to a worker, this time. */
  outgoing(): Packet {
    const packet = this.attempt === null ? this.packet : sentAgain(this.packet);
    if (this.#given.length === 0 || this.isPinned) return packet;
    return { ...packet, transfers: packet.transfers.filter((each) => !this.#given.includes(each)) };
  }

  /** How it is called in errors. */
  get name(): string {
    return `task ${this.task.label} of a pool`;
  }

  override describe(): string {
    return `run task ${this.task.label}`;
  }

  /** A call is awaited by its caller; of a chunk, those that wait for all of them add who does. */
  override trace(error: unknown): Promise<never> | null {
    return this.kind === "call" ? this.traced(error) : null;
  }

  /** Gives a promise that rejects with the error and the frames of who awaits it, when there is more to say. */
  traced(error: unknown): Promise<never> | null {
    if (!(error instanceof Error) || error === this.#signal?.reason) return null;
    // One error for many jobs.
    if (error === this.#crew.failure?.error) return null;
    return traced(error, this.name);
  }

  override onGivenUp(): void {
    this.#crew.givenUp(this);
  }

  /** Closes what it holds, when it was never sent. */
  abandon(): void {
    if (this.attempt !== null) return;
    const { payload, attachments } = this.packet;
    if (!this.#crew.isLocal) abandonItem(this.packet);
    else abandonValues(revive(payload, { attachments, ...NO_SIGNALS }));
  }
}

/** A job on its way to one worker; what comes back after it was called back means nothing. */
export class Attempt implements Pending {
  at = -1;
  readonly job: Job;
  readonly serial: number;
  readonly member: PoolMember;
  isOver = false;

  constructor(member: PoolMember, job: Job, serial: number) {
    this.member = member;
    this.job = job;
    this.serial = serial;
  }

  /** Whether its worker has begun it. */
  get hasBegun(): boolean {
    return this.serial < notBegun(this.member.progress);
  }

  /** For a worker on this thread: whether it was called back. */
  get settled(): boolean {
    return this.isOver;
  }

  resolve(value: unknown): void {
    if (this.isOver) return;
    this.member.answered(this);
    if (this.job.settled) abandonValues([value]);
    else this.job.resolve(value);
  }

  reject(error: unknown): void {
    if (this.isOver || this.member.isLoss(error)) return;
    this.member.answered(this);
    this.job.reject(error);
  }
}
