import { thread } from "../thread/thread.ts";
import { type AbortListener, offAbort, onAbort } from "../thread/aborts.ts";
import { captureReason } from "../packing/capture.ts";
import { BY_OTHERS } from "../packing/destination.ts";
import { Connection } from "./connection.ts";
import { portIn } from "../vocabulary/malformed.ts";
import { type Movable, type Moved, registerHandle, registerRelay } from "../message/handle.ts";
import { reviveItem } from "../message/abandon.ts";
import { Line, type LineState } from "./line.ts";
import type { Envelope } from "./protocol.ts";

/** Kind of the envelope that says that the signal was collected, so that it can never be aborted. */
const COLLECTED = 60;

const collected = new FinalizationRegistry((connection: Connection) => {
  connection.send([COLLECTED]);
  connection.close();
});

/**
 * Keeps a signal live in a message that reaches its receiver by way of others: the abort goes straight there, over a
 * port of its own.
 */
class SignalRelay implements Movable {
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  check(): void {}

  move(): Moved {
    const { port1, port2 } = thread().platform.ports.channel();
    relay(this.#signal, port1);
    return { value: port2, transfers: [port2] };
  }
}

registerRelay((signal) => new SignalRelay(signal));

function relay(signal: AbortSignal, port: MessagePort): void {
  const connection: Connection = new Connection<Envelope>(Line.over(port), {
    onItems() {},
    onEnvelope() {},
    onLost: () => signalListener.disconnect(),
  });
  const signalListener = listenTo(signal, (reason) => {
    connection.sendItem(captureReason(reason, BY_OTHERS));
    connection.close();
  });
  collected.register(signal, connection);
}

/** Listens without keeping the signal. */
function listenTo(signal: AbortSignal, pass: (reason: unknown) => void) {
  const listener: AbortListener = { onAbort: ({ reason }) => pass(reason) };
  // It may have been aborted since it was captured.
  if (signal.aborted) pass(signal.reason);
  else onAbort(signal, listener);
  const source = new WeakRef(signal);
  return {
    disconnect() {
      const signal = source.deref();
      if (signal !== undefined) offAbort(signal, listener);
    },
  };
}

registerHandle("signal", ([index], attachment) => {
  const controller = new AbortController();
  const line = Line.over(portIn(attachment(index as number), "signal"));
  connect(line, controller);
  return controller.signal;
});

function connect(line: LineState, controller: AbortController): Connection {
  const connection: Connection = new Connection<Envelope>(line, {
    onItems([item]) {
      connection.close();
      controller.abort(reasonOf(() => reviveItem(item!)));
    },
    onEnvelope: () => connection.close(),
    onLost: (error) => controller.abort(error),
  });
  return connection;
}

/** An abort arrives, with whatever reason. */
function reasonOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
