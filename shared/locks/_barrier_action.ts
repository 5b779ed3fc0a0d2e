import type { TaskCall } from "../../actors/vocabulary/definition.ts";
import "../../channels/link/signal_relay.ts";
import { type DefinedTask, isTask } from "../../actors/definition/defined_task.ts";
import { apart } from "../../actors/cell/turn.ts";
import { type DefinedFunction, load, lookUp } from "../../actors/definition/registry.ts";
import { capture } from "../../channels/packing/capture.ts";
import { BY_OTHERS } from "../../channels/packing/destination.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import { limitWait } from "../../channels/waits/limits.ts";
import type { HandleOutlet } from "../../channels/message/handle.ts";
import type { Packet } from "../../channels/message/packet.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { contextOf, revive } from "../../channels/message/revival.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";

/** What a token holds of an action: what was captured, and where its attachments are. */
export type ActionToken = readonly [payload: Payload, attachments: readonly number[]];

/** What the last to come to a barrier runs. */
export class BarrierAction {
  readonly #task: DefinedTask<unknown[], unknown>;
  readonly #args: readonly unknown[];

  /** @throws {TypeError} when it is not a task with arguments that can be sent. */
  constructor(call: TaskCall) {
    const [task, ...args] = call;
    if (!isTask(task)) {
      throw new TypeError("Cannot create Barrier: action must be [task, ...args]");
    }
    this.#task = task;
    this.#args = args;
    captureCall([task, ...args]);
  }

  /** Brings back what {@linkcode BarrierAction.toToken} gave. */
  static fromToken(
    [payload, attachments]: ActionToken,
    attachment: (index: number) => unknown,
  ): BarrierAction {
    const context = contextOf(attachments.map(attachment));
    return new BarrierAction(revive(payload, context)[0] as TaskCall);
  }

  toToken(outlet: HandleOutlet): ActionToken {
    const { payload, attachments } = captureCall([this.#task, ...this.#args]);
    return [payload, attachments.map((attached) => outlet.attach(attached))];
  }

  /** Runs it apart from every turn; its module has to be loaded. */
  run(): unknown {
    const fn = this.#loaded!;
    return apart(() => fn(...this.#args));
  }

  /**
   * Makes sure that {@linkcode BarrierAction.run} will find the task without waiting for anything.
   *
   * @throws {Error} when its module is not loaded in this thread.
   */
  checkLoaded(doing: string): void {
    if (this.isLoaded) return;
    const { url } = this.#task.address;
    throw new Error(
      `Cannot ${doing}: the module of its action is not loaded in this thread: import ${url} first`,
    );
  }

  /** Whether this thread has the module of the task. */
  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /**
   * Loads the module of the task, within the limits of a wait. Gives the limits of what comes after that.
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws What the module throws.
   */
  async load(doing: string, { signal, timeoutMs = Infinity }: WaitOptions): Promise<WaitOptions> {
    const missing = "the module of its action was not loaded";
    if (timeoutMs === 0) throw timeoutError({ doing, missing }, timeoutMs);
    const began = thread().platform.clock.now();
    const wait = new OwnWait<void>(doing, missing, null);
    limitWait(wait, { signal, timeoutMs });
    const loaded = async () => void await load(this.#task.address);
    loaded().then(() => wait.resolve(), (error) => wait.reject(error));
    await wait.promise;
    return { signal, timeoutMs: Math.max(0, timeoutMs - (thread().platform.clock.now() - began)) };
  }

  get #loaded(): DefinedFunction | undefined {
    return lookUp(this.#task.address);
  }
}

function captureCall(call: readonly unknown[]): Packet {
  const packet = capture([call], BY_OTHERS, "message", "action");
  if (packet.transfers.length === 0 && packet.signals.length === 0) return packet;
  throw new TypeError(
    "Cannot create Barrier: action has arguments that can be sent only once, such as a queue or a signal",
  );
}
