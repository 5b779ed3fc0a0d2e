import { abandonItem, abandonValues } from "../../channels/message/abandon.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { capture } from "../../channels/packing/capture.ts";
import { copyHere } from "../cell/copy_here.ts";
import { Item } from "../cell/item.ts";
import { LocalReply } from "../cell/local_reply.ts";
import { currentTurn } from "../cell/turn.ts";
import { errorFor } from "./loss.ts";
import { chainOf, here, noReply, there } from "./outbox.ts";
import { CREDIT, STREAM } from "./protocol.ts";
import type { OutputGate, Target } from "./ref_owner.ts";
import { StreamConsumer } from "./stream_consumer.ts";

/** Opens a stream; its handler is called when the first value is wanted. */
export function stream(ref: Target, handler: string, args: unknown[]): StreamConsumer {
  const { host, limits } = ref;
  host.checkOpen(`stream "${handler}"`);
  if (ref.meta !== null) throw noReply(ref, "stream", handler);
  const chain = chainOf(ref, currentTurn());
  const doing = `get a value of stream "${handler}" of actor "${ref.label}"`;
  if (ref.isHere) {
    const copies = copyHere(args, "message", "args", here(ref));
    return new StreamConsumer(host.deadlines, limits, doing, (consumer) => {
      host.observer?.sent?.(ref, handler);
      const open = () => openHere(ref, handler, copies, chain, consumer);
      openWhenItMay(host.gate, open, (error) => {
        abandonValues(copies);
        consumer.reject(error);
      });
    });
  }
  const packet = capture(args, there(ref), "message", "args");
  const explain = (error: unknown) => errorFor(ref.label, `stream "${handler}"`, error);
  return new StreamConsumer(host.deadlines, limits, doing, (consumer) => {
    host.observer?.sent?.(ref, handler);
    const open = () => openRemote(ref, handler, packet, chain, consumer);
    openWhenItMay(host.gate, open, (error) => {
      abandonItem(packet);
      consumer.reject(error);
    });
  }, explain);
}

function openWhenItMay(
  gate: OutputGate | null,
  open: () => void,
  refuse: (error: unknown) => void,
): void {
  if (gate === null || !gate.holds(open, refuse)) open();
}

function openHere(
  ref: Target,
  handler: string,
  copies: unknown[],
  chain: string[] | null,
  consumer: StreamConsumer,
): void {
  const { cell } = ref;
  if (consumer.settled) return abandonValues(copies);
  if (cell !== undefined) {
    return cell.push(new Item(handler, copies, new LocalReply(consumer), chain));
  }
  if (ref.defer(() => openHere(ref, handler, copies, chain, consumer))) return;
  abandonValues(copies);
  consumer.reject(ref.refusal(`stream "${handler}"`));
}

function openRemote(
  ref: Target,
  handler: string,
  packet: Packet,
  chain: string[] | null,
  consumer: StreamConsumer,
): void {
  const { host: { links, lost, requests }, at, to, isKeyed } = ref;
  if (consumer.settled) return abandonItem(packet);
  let id = 0;
  try {
    const { link } = links.peer(at, isKeyed);
    id = requests.expect(at, consumer);
    link.send([STREAM, id, to, handler, packet.payload, chain], packet);
    consumer.opened({
      grant: (credit) => links.tryPeer(at)?.link.send([CREDIT, id, credit]),
      close: () => requests.withdraw(at, id),
    });
  } catch (error) {
    requests.forget(id);
    const again = () => openRemote(ref, handler, packet, chain, consumer);
    if (lost.defer(at, again)) return;
    abandonItem(packet);
    consumer.reject(error);
  }
}
