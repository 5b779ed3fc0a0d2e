import { closePort } from "../../../channels/thread/port.ts";
import { jsonOf } from "../../../channels/vocabulary/kept.ts";
import { packValues } from "../../../channels/packing/packed.ts";
import { watchLife } from "../../../channels/thread/life.ts";
import { IN_MEMORY, IN_PORT, SyncMemory } from "../sync_memory.ts";

/** A thread that calls in a blocking way. */
interface Caller {
  readonly memory: SyncMemory;
  readonly port: MessagePort;
  readonly unwatch: () => void;
  isWaiting: boolean;
}

/** Where a manager answers threads that block until it does. */
export class SyncDesk {
  readonly #callers = new Map<string, Caller>();

  add(name: string, buffer: SharedArrayBuffer, port: MessagePort, life: string | null): void {
    const unwatch = life === null ? () => {} : watchLife(life, () => this.remove(name));
    this.#callers.set(name, { memory: new SyncMemory(buffer), port, unwatch, isWaiting: false });
  }

  /** Gives the result of some work, or its error, to the thread that waits for it. */
  answer(name: string, work: () => unknown): void {
    const caller = this.#callers.get(name);
    if (caller === undefined) return;
    caller.isWaiting = true;
    try {
      const result = work();
      if (!(result instanceof Promise)) return give(caller, [true, result]);
      result.then((value) => give(caller, [true, value]), (error) => give(caller, [false, error]));
    } catch (error) {
      give(caller, [false, error]);
    }
  }

  /** Ends all callers; those that wait get this error. */
  close(reason: unknown): void {
    for (const [name, caller] of this.#callers) {
      if (caller.isWaiting) give(caller, [false, reason]);
      this.remove(name);
    }
  }

  /** A thread will not call any more. */
  remove(name: string): void {
    const caller = this.#callers.get(name);
    if (caller === undefined) return;
    this.#callers.delete(name);
    caller.unwatch();
    closePort(caller.port);
  }
}

function give(caller: Caller, answer: [isOk: boolean, value: unknown]): void {
  if (!caller.isWaiting) return;
  caller.isWaiting = false;
  const { memory, port } = caller;
  const { message, transfer } = packed(answer);
  if (message.attachments.length === 0 && memory.write(jsonOf(message.payload))) {
    return memory.answered(IN_MEMORY);
  }
  port.postMessage(message, transfer);
  memory.answered(IN_PORT);
}

/** What cannot cross is an error of the call. */
function packed(answer: [isOk: boolean, value: unknown]) {
  try {
    return packValues(answer, "reply", "result");
  } catch (refusal) {
    return packValues([false, refusal], "reply", "result");
  }
}
