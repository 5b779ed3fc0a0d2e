import { systemClock } from "./_clock.ts";
import { drain, ownLife, watchLife } from "./_life.ts";
import { movableIn } from "./_movable_in.ts";
import { closePort, listen } from "./_port.ts";

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
  /** Last on an old port. */
  | { readonly kind: "ends" }
  /** On a late port: what tells of the end of the thread that passes messages on. */
  | { readonly kind: "life"; readonly name: string }
  /** On a late port: the rest is lost. */
  | { readonly kind: "lost" };

const handovers = new Set<Promise<void>>();

/** Resolves when no line that left this thread has anything left here that it must pass on. */
export async function handedOver(): Promise<void> {
  await Promise.all(handovers);
}

/**
 * One end of a two-way line between two threads, which can go to another thread in the midst of traffic: nothing is
 * lost, doubled or reordered.
 *
 * Deno cannot transfer a port that was listened to. So each direction has ports of its own: the one for sending is
 * transferred, the one for receiving is replaced, and the other end is told by what. What was posted to the old port
 * until then is passed on by the old thread. Both sides count, so that the new thread knows whether it has all, and
 * needs the old one no longer than that.
 */
export class Line {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly #input: MessagePort;
  #output: MessagePort;
  readonly #handlers: LineHandlers;
  #posted: number;
  #received: number;
  /** What came by the new port, as long as something from before may be missing. */
  #held: MessageEvent[] | null;
  /** How many messages there were before those on the new port. */
  #before = Infinity;
  #late: MessagePort | null;
  #isLateOver = false;
  #unwatch: (() => void) | null = null;
  /** Where messages are passed on to, after the line has left. */
  #successor: MessagePort | null = null;
  #onHandedOver: (() => void) | null = null;

  constructor([input, output, late, posted, received]: LineState, handlers: LineHandlers) {
    this.#input = input;
    this.#output = output;
    this.#late = late;
    this.#posted = posted;
    this.#received = received;
    this.#handlers = handlers;
    this.#held = late === null ? null : [];
    listen(input, (event) => this.#receive(event));
    if (late !== null) listen(late, (event) => this.#receiveLate(event));
  }

  /** Both ends of a new line. */
  static pair(): [LineState, LineState] {
    const forth = new MessageChannel();
    const back = new MessageChannel();
    return [atRest(back.port1, forth.port1), atRest(forth.port2, back.port2)];
  }

  /** One that stays where it is, over a single port. */
  static over(port: MessagePort): LineState {
    return atRest(port, port);
  }

  postMessage(message: unknown, transfers: Transferable[] = []): void {
    this.#posted++;
    this.#output.postMessage(message, transfers);
  }

  /** Waits until what a thread sent that has ended since has come in. */
  async drained(): Promise<void> {
    do await drain(() => this.#received, systemClock.yieldTo); while (
      this.#held !== null && !this.#isLateOver
    );
  }

  /** Ends both directions; what was posted still arrives. */
  close(): void {
    this.postMessage(null);
    closePort(this.#input);
    closePort(this.#output);
    this.#endLate();
  }

  /**
   * Leaves for another thread.
   *
   * @param otherLife What tells of the end of the other end's thread.
   */
  detach(otherLife: string | null): LineState {
    const input = new MessageChannel();
    const late = new MessageChannel();
    this.postMessage({ kind: "moved", port: input.port2 } satisfies Control, [input.port2]);
    this.#successor = late.port1;
    void this.#tellLife(late.port1);
    const handover = new Promise<void>((resolve) => this.#onHandedOver = resolve);
    handovers.add(handover);
    void handover.then(() => handovers.delete(handover));
    if (otherLife !== null) this.#endWith(otherLife);
    return [input.port1, this.#output, late.port2, this.#posted, this.#received];
  }

  #endWith(otherLife: string): void {
    const unwatch = watchLife(otherLife, async () => {
      await this.drained();
      this.#end();
    });
    const resolve = this.#onHandedOver!;
    this.#onHandedOver = () => {
      unwatch();
      resolve();
    };
  }

  async #tellLife(successor: MessagePort): Promise<void> {
    const name = await ownLife();
    if (name !== null) successor.postMessage({ kind: "life", name } satisfies Control);
  }

  #receive(event: MessageEvent): void {
    const control = controlIn(event);
    if (control?.kind === "begins") {
      this.#before = control.posted;
      this.#checkLate();
    } else if (this.#held !== null) {
      this.#held.push(event);
    } else {
      this.#take(event);
    }
  }

  #receiveLate(event: MessageEvent): void {
    const control = controlIn(event);
    if (control?.kind === "life") this.#watchLate(control.name);
    else if (control?.kind === "lost") this.#lose();
    else if (event.data === null) this.#isLateOver = true;
    else this.#take(event);
    this.#checkLate();
  }

  #watchLate(life: string): void {
    this.#unwatch = watchLife(life, async () => {
      await drain(() => this.#received, systemClock.yieldTo);
      this.#isLateOver = true;
      this.#checkLate();
    });
  }

  /** Goes on to the new port once all that came before has come. */
  #checkLate(): void {
    const held = this.#held;
    if (held === null) return;
    if (this.#received < this.#before) {
      if (this.#isLateOver && this.#before < Infinity) this.#lose();
      return;
    }
    this.#endLate();
    for (const event of held) this.#take(event);
    this.#held = null;
  }

  #endLate(): void {
    this.#unwatch?.();
    if (this.#late !== null) closePort(this.#late);
    this.#late = null;
  }

  #take(event: MessageEvent): void {
    const { data } = event;
    const control = controlIn(event);
    if (control?.kind === "ends") return this.#end();
    this.#received++;
    if (this.#successor !== null) {
      if (data === null) return this.#end();
      this.#successor.postMessage(data, control ? [data.port] : movableIn(data));
    } else if (control?.kind === "moved") {
      this.#switchTo(control.port);
    } else if (data !== null) {
      this.onmessage?.(event);
    }
  }

  #switchTo(port: MessagePort): void {
    this.#handlers.onMoved();
    this.#output.postMessage({ kind: "ends" } satisfies Control);
    closePort(this.#output);
    port.postMessage({ kind: "begins", posted: this.#posted } satisfies Control);
    this.#output = port;
  }

  #lose(): void {
    this.#endLate();
    if (this.#successor === null) return this.#handlers.onLost();
    this.#successor.postMessage({ kind: "lost" } satisfies Control);
    this.#end();
  }

  /** Everything was passed on. */
  #end(): void {
    const successor = this.#successor;
    if (successor === null || this.#onHandedOver === null) return;
    closePort(this.#input);
    successor.postMessage(null);
    closePort(successor);
    this.#onHandedOver();
    this.#onHandedOver = null;
  }
}

function atRest(input: MessagePort, output: MessagePort): LineState {
  return [input, output, null, 0, 0];
}

function controlIn({ data }: MessageEvent): Control | null {
  return typeof data === "object" && data !== null && "kind" in data ? data as Control : null;
}
