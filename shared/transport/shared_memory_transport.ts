import { checkCame } from "../../channels/vocabulary/malformed.ts";
import { registerTransport } from "../../actors/messaging/lines.ts";
import type { Transport } from "../../actors/vocabulary/transport.ts";
import { PORT_BYTES, SharedCarrier } from "./_shared_carrier.ts";

const module = import.meta.url;

registerTransport(module, {
  make() {
    const { port1, port2 } = new MessageChannel();
    const memory = new SharedArrayBuffer(PORT_BYTES);
    return { near: new SharedCarrier(port1, memory, 0), far: { port: port2, memory } };
  },
  open({ port, memory }) {
    checkCame(memory !== null && memory.byteLength >= PORT_BYTES, "memory of a line");
    return new SharedCarrier(port, memory, 1);
  },
});

/**
 * Connects the threads of a system by shared memory, beside ports: a ring of 64 KiB for each direction between two
 * threads, in which texts go; what has to be moved, or has no room, goes by the port, in the same order. The
 * median of sequential asks is about a quarter (`bench/README.md`); the slowest of them and asks in flight gain nothing.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/actors";
 * import { sharedMemoryTransport } from "@troupe/actors/shared";
 *
 * await using system = new ActorSystem({ transport: sharedMemoryTransport() });
 * ```
 */
export function sharedMemoryTransport(): Transport {
  return { module };
}
