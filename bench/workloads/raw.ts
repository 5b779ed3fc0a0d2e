import { postAll } from "./raw_messages.ts";

/** A worker without a library: see `raw_worker.ts`. */
export class RawWorker implements Disposable {
  readonly worker = new Worker(new URL("./raw_worker.ts", import.meta.url), { type: "module" });

  /** Posts a message and resolves to the next one that comes. */
  call<T>(message: unknown, move: Transferable[] = []): Promise<T> {
    const answer = new Promise<T>((resolve) => {
      this.worker.onmessage = ({ data }) => resolve(data);
    });
    this.worker.postMessage(message, move);
    return answer;
  }

  /** Posts so many messages, each by itself or in batches; resolves to how many have arrived. */
  put(messages: number, batch: number): Promise<number> {
    postAll((message) => this.worker.postMessage(message), messages, batch);
    return this.call({ kind: "take" });
  }

  /** Has the worker send messages to another one; resolves to how many have arrived there. */
  sendTo(other: RawWorker, messages: number, batch: number): Promise<number> {
    const { port1, port2 } = new MessageChannel();
    other.worker.postMessage({ kind: "serve" }, [port1]);
    return this.call({ kind: "pass", messages, batch }, [port2]);
  }

  /** Has the worker send messages to this thread; resolves to how many have arrived. */
  take(messages: number, batch: number): Promise<number> {
    let count = 0;
    return new Promise((resolve) => {
      this.worker.onmessage = ({ data }) => {
        if (data === "sent") return resolve(count);
        count += typeof data === "string" ? JSON.parse(data).length : 1;
      };
      this.worker.postMessage({ kind: "send", messages, batch });
    });
  }

  /** Ends the worker. */
  [Symbol.dispose](): void {
    this.worker.terminate();
  }
}
