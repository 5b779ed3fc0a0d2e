import { closePort } from "../../../channels/thread/port.ts";
import { jsonOf } from "../../../channels/vocabulary/kept.ts";
import { packValues } from "../../../channels/packing/packed.ts";
import { watchLife } from "../../../channels/thread/life.ts";
import { IN_MEMORY, IN_PORT, SyncMemory } from "../sync_memory.ts";

/** A thread that calls in a blocking way. */
interface Line {
  readonly memory: SyncMemory;
  readonly port: MessagePort;
  readonly unwatch: () => void;
  isWaiting: boolean;
}

/** Where a manager answers threads that block until it does. */
export class SyncDesk {
  readonly #lines = new Map<string, Line>();

  open(name: string, buffer: SharedArrayBuffer, port: MessagePort, life: string | null): void {
    const unwatch = life === null ? () => {} : watchLife(life, () => this.end(name));
    this.#lines.set(name, { memory: new SyncMemory(buffer), port, unwatch, isWaiting: false });
  }

  /** Gives the result of some work, or its error, to the thread that waits for it. */
  answer(name: string, work: () => unknown): void {
    const line = this.#lines.get(name);
    if (line === undefined) return;
    line.isWaiting = true;
    try {
      const result = work();
      if (!(result instanceof Promise)) return give(line, [true, result]);
      result.then((value) => give(line, [true, value]), (error) => give(line, [false, error]));
    } catch (error) {
      give(line, [false, error]);
    }
  }

  /** Whoever waits gets this error. */
  close(reason: unknown): void {
    for (const [name, line] of this.#lines) {
      if (line.isWaiting) give(line, [false, reason]);
      this.end(name);
    }
  }

  /** A thread will not call any more. */
  end(name: string): void {
    const line = this.#lines.get(name);
    if (line === undefined) return;
    this.#lines.delete(name);
    line.unwatch();
    closePort(line.port);
  }
}

function give(line: Line, answer: [isOk: boolean, value: unknown]): void {
  if (!line.isWaiting) return;
  line.isWaiting = false;
  const { memory, port } = line;
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
