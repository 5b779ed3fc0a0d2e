import { draftOf, settle } from "../packing/capture.ts";
import { BY_OTHERS, BY_OTHERS_AS_TEXT } from "../packing/destination.ts";
import { thread } from "../thread/thread.ts";
import { type Closed, closedError } from "../packing/closed_error.ts";
import { OwnWait, waitTimeout } from "../waits/wait.ts";
import { Fifo, type FifoNode } from "../waits/fifo.ts";
import { paced } from "../waits/paced.ts";
import type { Draft } from "../packing/draft.ts";
import { RETURN_SLOTS, TRY_SLOT, UNWANT_SLOT, WANT_SLOT } from "./_protocol.ts";
import type { HomeWire } from "./_wires.ts";
import { addUnsent, removeUnsent } from "../waits/unsent.ts";
import { checkWait, limitWait } from "../waits/limits.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

// Sends that follow each other within this time come from a loop that does little else.
const FAST_MS = 0.01;
const MAX_EXTRA = 256;

const DOING = "send to Queue";

/** A send that waits for a slot; its value was captured, and what it gives away is still here. */
class SendWait extends OwnWait<false | undefined> {
  readonly id: number;
  readonly value: unknown;
  readonly draft: Draft;
  /** Whether "no" is an answer: `false`. */
  readonly isTry: boolean;
  node: FifoNode<SendWait> | null = null;

  constructor(
    id: number,
    value: unknown,
    draft: Draft,
    isTry: boolean,
    onGivenUp: (wait: SendWait) => void,
  ) {
    super(DOING, "no room", () => onGivenUp(this));
    this.id = id;
    this.value = value;
    this.draft = draft;
    this.isTry = isTry;
  }
}

/** The sends of one thread to one queue: each gets a slot at the queue's home before its item leaves. */
export class QueueSender {
  readonly #home: HomeWire;
  readonly #waits = new Fifo<SendWait>();
  readonly #byId = new Map<number, SendWait>();
  #slots = 0;
  #ids = 0;
  #extra = 0;
  /** Slots of the last grant, and when that came. */
  #granted = 0;
  #grantedAt = 0;
  #isReturning = false;
  #closed: Closed | null = null;
  readonly #unsent = () => this.#waits.head!.value.promise;

  constructor(home: HomeWire) {
    this.#home = home;
  }

  /** Whether no send waits. */
  get isIdle(): boolean {
    return this.#waits.size === 0;
  }

  /** Resolves once the item has a place in the queue. */
  send(value: unknown, options: WaitOptions): Promise<void> {
    try {
      const wait = this.#start(value, options, false);
      if (wait === null || this.#home.isLocal && wait.settled) return paced(wait?.promise);
      return wait.promise as Promise<unknown> as Promise<void>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Resolves to whether the item has got a place. */
  async trySend(value: unknown): Promise<boolean> {
    if (this.#closed !== null) return false;
    return await this.#start(value, { timeoutMs: 0 }, true)?.promise ?? true;
  }

  /** The home has granted slots: as many items may go. */
  granted(count: number): void {
    this.#slots += count;
    this.#granted = count;
    this.#grantedAt = thread().platform.clock.now();
    while (this.#slots > 0) {
      const wait = this.#waits.head?.value;
      if (wait === undefined) break;
      this.#forget(wait);
      this.#post(wait);
    }
    if (this.#slots > 0) this.#returnSoon();
  }

  /** There is no slot for a send that does not wait. */
  refused(id: number): void {
    const wait = this.#byId.get(id);
    if (wait === undefined) return;
    this.#forget(wait);
    if (wait.isTry) wait.resolve(false);
    else wait.reject(waitTimeout(wait, 0));
  }

  /** No send may go any more. */
  close(closed: Closed): void {
    this.#closed ??= closed;
    removeUnsent(this.#unsent);
    for (const wait of this.#waits.drain()) {
      this.#byId.delete(wait.id);
      if (wait.isTry) wait.resolve(false);
      else wait.reject(closedError(DOING, closed, { value: wait.value }));
    }
    this.#return();
  }

  /** Sends now, or starts to wait. */
  #start(value: unknown, options: WaitOptions, isTry: boolean): SendWait | null {
    checkWait(DOING, options);
    if (this.#closed !== null) throw closedError(DOING, this.#closed, { value });
    const destination = this.#home.isLocal ? BY_OTHERS : BY_OTHERS_AS_TEXT;
    const draft = draftOf([value], destination, "message", "value");
    // A getter of the value may have closed it.
    if (this.#closed !== null) throw closedError(DOING, this.#closed, { value });
    if (this.#slots > 0 && this.#waits.size === 0) {
      this.#sendItem(draft);
      return null;
    }
    const wait = new SendWait(++this.#ids, value, draft, isTry, (wait) => this.#givenUp(wait));
    if (options.timeoutMs === 0 && this.#waits.size > 0) {
      // The others have waited longer.
      this.#byId.set(wait.id, wait);
      this.refused(wait.id);
      return wait;
    }
    wait.node = this.#waits.push(wait);
    // Where the home is here too, it ends with this thread.
    if (this.#waits.size === 1 && !this.#home.isLocal) addUnsent(this.#unsent);
    this.#byId.set(wait.id, wait);
    if (options.timeoutMs === 0) this.#home.send([TRY_SLOT, wait.id]);
    else this.#home.send([WANT_SLOT, wait.id, this.#adaptExtra()]);
    limitWait(wait, options);
    return wait;
  }

  #post(wait: SendWait): void {
    try {
      this.#sendItem(wait.draft);
      wait.resolve(undefined);
    } catch (error) {
      // It was changed while it waited: a buffer to be moved is detached, say.
      wait.reject(error);
    }
  }

  #sendItem(draft: Draft): void {
    const item = settle(draft, "message", "value");
    // Before the home has it: it may deliver the item within the call, to a receiver that sends the next one.
    this.#slots--;
    this.#home.sendItem(item);
  }

  /** A loop that only sends asks for twice as many slots each time; one that does something in between for none. */
  #adaptExtra(): number {
    if (this.#home.isLocal || this.#waits.size > 1) return this.#extra = 0;
    const isFast = thread().platform.clock.now() - this.#grantedAt < this.#granted * FAST_MS;
    // A thread that was not scheduled for a while looks slow too: so not at once to nothing.
    return this.#extra = isFast ? Math.min(MAX_EXTRA, this.#extra * 2 + 1) : this.#extra >> 1;
  }

  #givenUp(wait: SendWait): void {
    this.#forget(wait);
    this.#home.send([UNWANT_SLOT, wait.id]);
  }

  #forget(wait: SendWait): void {
    this.#byId.delete(wait.id);
    if (wait.node === null) return;
    this.#waits.remove(wait.node);
    wait.node = null;
    if (this.#waits.size === 0 && !this.#home.isLocal) removeUnsent(this.#unsent);
  }

  /** Gives back what is left once a turn of the event loop has used none: another thread may need it. */
  #returnSoon(): void {
    if (this.#home.isLocal) return this.#return();
    if (this.#isReturning) return;
    this.#isReturning = true;
    const before = this.#slots;
    thread().platform.clock.yieldTo(() => {
      this.#isReturning = false;
      // A loop of sends that gave the event loop its turn, and goes on.
      if (this.#slots > 0 && this.#slots < before) return this.#returnSoon();
      if (this.#slots > 0) this.#extra = 0;
      this.#return();
    });
  }

  #return(): void {
    if (this.#slots === 0) return;
    const count = this.#slots;
    this.#slots = 0;
    this.#home.send([RETURN_SLOTS, count]);
  }
}
