import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { Carrier } from "../../channels/link/carrier.ts";
import { PortCarrier } from "../../channels/link/port_carrier.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { transfer } from "../../channels/packing/transfer.ts";
import type { Transport } from "../vocabulary/transport.ts";

/** One end of a new connection, to be sent to the host that it leads to. */
export interface FarEnd {
  readonly port: MessagePort;
  /** What both ends share, when the system has a transport. */
  readonly memory: SharedArrayBuffer | null;
}

/** How the hosts of one system are connected. */
export interface Lines {
  /** Makes both ends. */
  make(): { near: Carrier; far: FarEnd };
  /** The far end, where it has arrived. */
  open(far: FarEnd): Carrier;
}

/** By ports alone. */
export const portLines: Lines = {
  make() {
    const { port1, port2 } = thread().platform.ports.channel();
    return { near: new PortCarrier(port1), far: { port: port2, memory: null } };
  },
  open: ({ port }) => new PortCarrier(port),
};

/** Those of the transports whose modules are loaded here. */
const transports = new Map<string, Lines>();

/** Says how a transport's module makes connections. */
export function registerTransport(module: string, lines: Lines): void {
  transports.set(module, lines);
}

/** @throws {TypeError} when it is no transport. */
export function linesOf(transport: Transport): Lines {
  const lines = transports.get(transport?.module);
  if (lines !== undefined) return lines;
  throw new TypeError(
    "Cannot create ActorSystem: transport must come from sharedMemoryTransport()",
  );
}

/** Loads the module of a transport, in a worker. */
export async function loadLines(module: string): Promise<Lines> {
  await thread().platform.load(module);
  return linesOf({ module });
}

/** The far end as part of a message. */
export function captureLine({ port, memory }: FarEnd): Packet {
  return capture([transfer(port, [port]), memory], OVER_LINK, "line", "line");
}
