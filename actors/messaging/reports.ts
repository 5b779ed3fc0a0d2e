import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Events } from "../cell/environment.ts";
import { apart } from "../cell/turn.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import type { Links } from "./links.ts";
import { REPORT } from "./protocol.ts";

/** The events of a system as one host reports them: here, and to host 0. */
export class Reports implements Events {
  /** Tells the system's listeners. */
  listener: <K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]) => void = () => {};
  /** Dead letters noticed here, or reported to here. */
  deadLetters = 0;
  readonly #index: number;
  readonly #links: Links;

  constructor(index: number, links: Links) {
    this.#index = index;
    this.#links = links;
  }

  report<K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]): void {
    if (type === "deadletter") this.deadLetters++;
    apart(() => this.listener(type, detail));
    if (this.#index === 0) return;
    const packet = capture([detail], OVER_LINK, "event", "detail");
    this.#links.tryPeer(0)?.link.send([REPORT, type, packet.payload], packet);
  }

  deadLetter(ref: ActorRef<unknown>, handler: string, why: string): void {
    this.report("deadletter", { ref, handler, why });
  }
}
