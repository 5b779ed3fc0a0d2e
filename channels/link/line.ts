import { drain, ownLife, watchLife } from "../thread/life.ts";
import { movableIn } from "../message/movable.ts";
import { BY_OTHERS, type Destination } from "../packing/destination.ts";
import { closePort, listen, postTo } from "../thread/port.ts";
import { thread, ThreadSlot } from "../thread/thread.ts";
import type { Carrier } from "./carrier.ts";
import type { Batch } from "./protocol.ts";

/** A line that nobody uses: this is what travels when one goes to another thread. */
export type LineState = readonly [
  /** Where messages come in; nobody has listened to it yet, or it could not be transferred. */
  input: MessagePort,
  /** Where messages go out; nobody ever listens to it. */
  output: MessagePort,
  /** Where the thread that had it before passes on what was still sent there. */
  late: MessagePort | null,
  posted: number,
  received: number,
  /** How often the other end is known to have moved. */
  moves: number,
];

/** What the owner of a line does about it. */
export interface LineHandlers {
  /** The other end goes to another thread. */
  onMoved(): void;
  /** Messages are lost: a thread ended before it had passed them on. */
  onLost(): void;
}

/** What lines say to each other; users' messages are texts and arrays. */
type Control =
  /** The sender goes to another thread: what follows is to be posted to this port. */
  | { readonly kind: "moved"; readonly port: MessagePort }
  /** First on a new port: how many messages went to those before. */
  | { readonly kind: "begins"; readonly posted: number }
  /** Last on a port. */
  | { readonly kind: "ends" }
  /** On a late port: name of the lock by which the end of the thread that passes messages on is noticed. */
  | { readonly kind: "life"; readonly name: string }
  /** On a late port: the rest is lost. */
  | { readonly kind: "lost" }
  /** Back on a late port: the thread where the other end was after `moves` moves has ended: not much is to come. */
  | { readonly kind: "gone"; readonly moves: number }
  /** Back on a late port: the rest is not wanted. */
  | { readonly kind: "unwanted" };

const ENDS: Control = { kind: "ends" };

const handovers = new ThreadSlot(() => new Set<Promise<void>>());

/** Whether a line that left this thread has something left here that it must pass on. */
export function isHandingOver(): boolean {
  return handovers.here.size > 0;
}

/** Resolves when no line that left this thread has anything left here that it must pass on. */
export async function handedOver(): Promise<void> {
  await Promise.all(handovers.here);
}

/**
 * One end of a two-way line between two threads, which can go to another thread while messages are under way: nothing
 * is lost, doubled or reordered.
 *
 * Deno cannot transfer a port that was listened to. So each direction has ports of its own: the one for sending is
 * transferred, the one for receiving is replaced, and the other end is told the new port. What was posted to the old
 * port until then is passed on by the old thread. Both sides count, so that the new thread knows when it has
 * everything, and needs the old one no longer.
 *
 * A port that is closed delivers what it holds within the call. So a line is done with a port before it closes it, and
 * what comes then is only given up: nothing of the line changes.
 */
export class Line implements Carrier {
  #receiver: ((batch: unknown) => void) | null = null;
  readonly #input: MessagePort;
  #output: MessagePort;
  readonly #handlers: LineHandlers;
  #posted: number;
  #received: number;
  #moves: number;
  /** What came by the new port while something sent before can still be missing. */
  #held: unknown[] | null;
  /** How many messages there were before those on the new port. */
  #before = Infinity;
  #late: MessagePort | null;
  #isLateOver = false;
  readonly #lateOver = Promise.withResolvers<void>();
  /** Ends the watch over who passes on what was sent before. */
  #unwatchLate: (() => void) | null = null;
  /** Ends the watch over the new port. */
  #unwatchInput: (() => void) | null = null;
  /** Where messages are passed on to, after the line has left. */
  #successor: MessagePort | null = null;
  #onHandedOver: (() => void) | null = null;
  /** Whether nothing comes or goes here any more. */
  #isOver = false;

  constructor([input, output, late, posted, received, moves]: LineState, handlers: LineHandlers) {
    this.#input = input;
    this.#output = output;
    this.#late = late;
    this.#posted = posted;
    this.#received = received;
    this.#moves = moves;
    this.#handlers = handlers;
    this.#held = late === null ? null : [];
    listen(input, ({ data }) => this.#receive(data));
    if (late === null) return;
    listen(late, ({ data }) => this.#receiveLate(data));
    const { ports } = thread().platform;
    this.#unwatchLate = ports.whenGone(late, () => this.#endLateSending());
    this.#unwatchInput = ports.whenGone(input, () => void this.#loseUnbegun());
  }

  /** Both ends of a new line. */
  static pair(): [LineState, LineState] {
    const forth = thread().platform.ports.channel();
    const back = thread().platform.ports.channel();
    return [atRest(back.port1, forth.port1), atRest(forth.port2, back.port2)];
  }

  /** One that stays where it is, over a single port. */
  static over(port: MessagePort): LineState {
    return atRest(port, port);
  }

  get destination(): Destination {
    return BY_OTHERS;
  }

  listen(receive: (batch: unknown) => void): void {
    this.#receiver = receive;
  }

  post(batch: Batch, transfers: readonly Transferable[]): boolean {
    this.#posted++;
    return postTo(this.#output, batch, transfers);
  }

  /** Calls back once nothing more can come in by the port that is listened to; returns what ends the wait. */
  whenGone(callback: () => void): () => void {
    return thread().platform.ports.whenGone(this.#input, callback);
  }

  /** Waits until what a thread sent that has ended since has come in. */
  async drained(): Promise<void> {
    await drain(() => this.#received, thread().platform.clock.yieldTo);
    if (this.#held === null || this.#isLateOver) return;
    this.#late!.postMessage({ kind: "gone", moves: this.#moves } satisfies Control);
    await this.#lateOver.promise;
  }

  /** Ends both directions; what was posted still arrives, what comes in is given up. */
  close(): void {
    if (!this.#isOver) this.#finish(this.#output);
  }

  /**
   * Leaves for another thread.
   *
   * @param unread What has come last and was not used: it goes along.
   */
  detach(unread: readonly unknown[]): LineState {
    const input = thread().platform.ports.channel();
    const late = thread().platform.ports.channel();
    this.#posted++;
    this.#output.postMessage({ kind: "moved", port: input.port2 } satisfies Control, [input.port2]);
    this.#received -= unread.length;
    const counts = [this.#posted, this.#received, this.#moves] as const;
    this.#successor = late.port1;
    listen(late.port1, (event) => this.#hear(controlIn(event.data)));
    // Who would get what is passed on has ended, or the line has not arrived.
    thread().platform.ports.whenGone(late.port1, () => this.#end());
    void this.#tellLife(late.port1);
    const handover = new Promise<void>((resolve) => this.#onHandedOver = resolve);
    handovers.here.add(handover);
    void handover.then(() => handovers.here.delete(handover));
    for (const data of unread) this.#take(data);
    return [input.port1, this.#output, late.port2, ...counts];
  }

  async #tellLife(successor: MessagePort): Promise<void> {
    const name = await ownLife();
    if (name !== null) successor.postMessage({ kind: "life", name } satisfies Control);
  }

  /** The thread that the line went to says something. */
  #hear(control: Control | null): void {
    if (control?.kind === "gone") void this.#endWithout(control.moves);
    else if (control?.kind === "unwanted") this.#end();
  }

  async #endWithout(moves: number): Promise<void> {
    await this.drained();
    // Else the other end lives on in another thread.
    if (moves === this.#moves) this.#end();
  }

  #receive(data: unknown): void {
    const control = controlIn(data);
    if (control?.kind === "begins") {
      this.#before = control.posted;
      this.#checkLate();
    } else if (this.#held !== null) {
      this.#held.push(data);
    } else {
      this.#take(data);
    }
  }

  #receiveLate(data: unknown): void {
    const control = controlIn(data);
    if (control?.kind === "life") this.#watchLate(control.name);
    else if (control?.kind === "lost") return this.#lose();
    else if (control?.kind === "ends") this.#noMoreLate();
    else this.#take(data);
    this.#checkLate();
  }

  #watchLate(life: string): void {
    this.#unwatchLate?.();
    this.#unwatchLate = watchLife(life, async () => {
      await drain(() => this.#received, thread().platform.clock.yieldTo);
      this.#endLateSending();
    });
  }

  #endLateSending(): void {
    this.#noMoreLate();
    this.#checkLate();
  }

  /** The other end was lost before it had heard of the new port, and with it what it had sent to say that it moves. */
  async #loseUnbegun(): Promise<void> {
    await this.drained();
    if (this.#held !== null) this.#lose();
  }

  #noMoreLate(): void {
    this.#isLateOver = true;
    this.#lateOver.resolve();
  }

  /** Goes on to the new port once all that came before has come. */
  #checkLate(): void {
    const held = this.#held;
    if (held === null) return;
    if (this.#received < this.#before) {
      if (this.#isLateOver && this.#before < Infinity) this.#lose();
      return;
    }
    this.#held = null;
    this.#endLate();
    for (const data of held) this.#take(data);
  }

  #endLate(): void {
    this.#noMoreLate();
    this.#unwatchLate?.();
    this.#unwatchInput?.();
    if (this.#late !== null) closePort(this.#late, this.#giveUp);
    this.#late = null;
  }

  #take(data: unknown): void {
    if (this.#isOver) return this.#giveUp(data);
    const control = controlIn(data);
    if (control?.kind === "ends") return this.#end();
    this.#received++;
    const isMove = control?.kind === "moved";
    if (isMove) this.#moves++;
    if (this.#successor !== null) {
      const transfers = isMove ? [control.port] : movableIn(data);
      if (!postTo(this.#successor, data, transfers)) this.#giveUp(data);
    } else if (isMove) {
      this.#switchTo(control.port);
    } else {
      this.#receiver?.(data);
    }
  }

  #switchTo(port: MessagePort): void {
    const before = this.#output;
    this.#output = port;
    this.#handlers.onMoved();
    before.postMessage(ENDS);
    closePort(before);
    port.postMessage({ kind: "begins", posted: this.#posted } satisfies Control);
  }

  #lose(): void {
    if (this.#successor === null) return this.#handlers.onLost();
    this.#successor.postMessage({ kind: "lost" } satisfies Control);
    this.#end();
  }

  /** Everything was passed on, if the line has left. */
  #end(): void {
    if (this.#successor === null || this.#isOver) return;
    this.#finish(this.#successor);
    this.#onHandedOver!();
  }

  /** Nothing comes or goes any more, which is said on this port. */
  #finish(last: MessagePort): void {
    this.#isOver = true;
    last.postMessage(ENDS);
    closePort(last, this.#giveUp);
    closePort(this.#input, this.#giveUp);
    this.#late?.postMessage({ kind: "unwanted" } satisfies Control);
    this.#endLate();
    for (const data of this.#held ?? []) this.#giveUp(data);
    this.#held = null;
  }

  /** What has come will not be taken: the listener closes what it holds. */
  readonly #giveUp = (data: unknown): void => {
    const control = controlIn(data);
    if (control === null) this.#receiver?.(data);
    else if (control.kind === "moved") closePort(control.port);
  };
}

/** Whether what came is a line that another thread has given away. */
export function isLineState(state: unknown): state is LineState {
  if (!Array.isArray(state)) return false;
  const [input, output, late, ...counts] = state;
  return input instanceof MessagePort && output instanceof MessagePort &&
    (late === null || late instanceof MessagePort) &&
    counts.every((count) => typeof count === "number");
}

function atRest(input: MessagePort, output: MessagePort): LineState {
  return [input, output, null, 0, 0, 0];
}

function controlIn(data: unknown): Control | null {
  if (typeof data !== "object" || data === null || !("kind" in data)) return null;
  const control = data as Control;
  const { kind } = control;
  const isRight = kind === "moved"
    ? control.port instanceof MessagePort
    : kind === "begins"
    ? typeof control.posted === "number"
    : kind !== "life" || typeof control.name === "string";
  // The listener finds that it is no message either.
  return isRight ? control : null;
}
