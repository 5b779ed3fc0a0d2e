import { assertEquals } from "@std/assert";
import type { Link } from "../../channels/link/link.ts";
import type { HostEnvelope } from "../../actors/messaging/protocol.ts";
import { Peer, RemoteReply } from "../../actors/messaging/remote_reply.ts";

/** A stream's reply to another host, and a source that notes how it is steered. */
function stage() {
  const peer = new Peer(1, {} as Link<HostEnvelope>);
  const reply = new RemoteReply(peer, 7, true);
  const log: unknown[] = [];
  const source = {
    grant: (credit: number) => void log.push(credit),
    close: () => void log.push("closed"),
  };
  return { peer, reply, source, log };
}

Deno.test("RemoteReply closes a stream that was given up before it opened, and grants it nothing", () => {
  const { peer, reply, source, log } = stage();
  reply.grant(3);
  reply.cancel();
  reply.opened(source);
  assertEquals([log, reply.settled, peer.requests.size], [["closed"], true, 0]);
});

Deno.test("RemoteReply grants a stream what was allowed before it opened, and closes it once", () => {
  const { reply, source, log } = stage();
  let left = 0;
  reply.onLeft = () => left++;
  reply.grant(3);
  reply.grant(2);
  reply.opened(source);
  reply.grant(1);
  reply.cancel();
  reply.cancel();
  assertEquals([log, left], [[5, 1, "closed"], 1]);
});
