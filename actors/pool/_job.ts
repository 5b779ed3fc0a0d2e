import { abandonItem, abandonValues } from "../../channels/message/abandon.ts";
import { givenAway, type Packet, sentAgain } from "../../channels/message/packet.ts";
import type { FifoNode } from "../../channels/waits/fifo.ts";
import { revive } from "../../channels/message/revival.ts";
import { Wait } from "../../channels/waits/wait.ts";
import type { DefinedTask } from "../definition/defined_task.ts";
import { NO_SIGNALS } from "../cell/copy_here.ts";
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

/** What a job needs of those who do it. */
export interface JobOwner {
  /** Whether everything runs on this thread. */
  readonly isLocal: boolean;
  /** Why nothing is done any more, if that is so. */
  readonly failure: { readonly error: unknown } | null;
  /** Nobody waits for a job any more. */
  givenUp(job: Job): void;
}

/** The way of a job to one worker. */
export interface Underway {
  /** By which the worker counts it. */
  readonly serial: number;
  readonly hasBegun: boolean;
  /** Whether it was answered or called back. */
  readonly isOver: boolean;
  /** Calls back a job that has not begun; gives what is to be sent again with it. */
  giveUp(): Job[];
}

/** Something for a worker of a pool to do, and who waits for it. */
export class Job extends Wait {
  readonly kind: JobKind;
  readonly task: PoolTask;
  readonly packet: Packet;
  /** How many items it has. */
  readonly items: number;
  readonly #owner: JobOwner;
  readonly #signal: AbortSignal | undefined;
  /** What it moves. */
  readonly #given: readonly Transferable[];
  /** How often it may still be run again. */
  retries: number;
  /** Where it waits, while it does. */
  place: FifoNode<Job> | null = null;
  /** Its way to a worker, once it was sent. */
  attempt: Underway | null = null;

  constructor(
    owner: JobOwner,
    kind: JobKind,
    task: PoolTask,
    packet: Packet,
    items: number,
    retries: number,
    signal: AbortSignal | undefined,
  ) {
    super();
    this.#owner = owner;
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
    if (error === this.#owner.failure?.error) return null;
    return traced(error, this.name);
  }

  override onGivenUp(): void {
    this.#owner.givenUp(this);
  }

  /** Closes what it holds, when it was never sent. */
  abandon(): void {
    if (this.attempt !== null) return;
    const { payload, attachments } = this.packet;
    if (!this.#owner.isLocal) abandonItem(this.packet);
    else abandonValues(revive(payload, { attachments, ...NO_SIGNALS }));
  }
}
