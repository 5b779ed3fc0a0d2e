import { type Destination, OVER_LINK } from "../packing/destination.ts";
import { postTo } from "../thread/port.ts";
import type { Carrier } from "./carrier.ts";
import type { Batch } from "./protocol.ts";

/** Carries batches over a `MessagePort`. */
export class PortCarrier implements Carrier {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  get destination(): Destination {
    return OVER_LINK;
  }

  listen(receive: (batch: unknown) => void): void {
    this.#port.onmessage = ({ data }) => receive(data);
  }

  post(batch: Batch, transfers: readonly Transferable[]): boolean {
    return postTo(this.#port, batch, transfers);
  }

  close(): void {
    this.#port.close();
  }
}
