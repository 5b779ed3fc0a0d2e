import { abandonItem, itemFrom } from "../../channels/message/abandon.ts";
import { checkCame } from "../../channels/vocabulary/malformed.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { type RevivalContext, revive } from "../../channels/message/revival.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { type Peer, RemoteReply } from "./remote_reply.ts";

/** Closes what came in a message that nobody takes. */
export function abandon(payload: Payload, { attachments }: RevivalContext): void {
  abandonItem(itemFrom(payload, attachments));
}

/** An error, or why it could not be brought back. */
export function reviveError(payload: Payload, context: RevivalContext): unknown {
  try {
    return revive(payload, context)[0];
  } catch (error) {
    return error;
  }
}

/** A reason that came, or why it could not be brought back. */
export function reviveReason(payload: Payload, context: RevivalContext): ExitReason {
  try {
    const [reason] = revive(payload, context) as [ExitReason | undefined];
    checkCame(typeof reason?.kind === "string", "reason");
    return reason;
  } catch (error) {
    return { kind: "error", error };
  }
}

/** Answers a request of another host. */
export function answer(peer: Peer, id: number, result: Promise<unknown> | undefined): void {
  const reply = new RemoteReply(peer, id);
  Promise.resolve(result).then((value) => reply.resolve(value), (error) => reply.reject(error));
}
