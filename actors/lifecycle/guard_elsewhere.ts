import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Guard } from "../cell/guard.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { FAILED } from "../messaging/protocol.ts";
import type { Links } from "../messaging/links.ts";

/** Leaves the decision about an actor of this thread to a supervisor on another one. */
export class GuardElsewhere implements Guard {
  readonly #links: Links;
  readonly #at: number;

  constructor(links: Links, at: number) {
    this.#links = links;
    this.#at = at;
  }

  /** The owner is told of the end anyway. */
  ended(): void {}

  failed(reason: ExitReason, serial: number): void {
    const packet = capture([reason], OVER_LINK, "reason", "reason");
    this.#links.tryPeer(this.#at)?.link.send([FAILED, serial, packet.payload], packet);
  }
}
