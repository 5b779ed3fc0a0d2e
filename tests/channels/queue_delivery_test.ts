import { assertEquals } from "@std/assert";
import { plainPacket } from "../../channels/message/packet.ts";
import { QueueDelivery } from "../../channels/queue/_delivery.ts";
import { QueueUser } from "../../channels/queue/_user.ts";

/** A thread that notes what it is sent. */
function thread(log: unknown[], name: string): QueueUser {
  return new QueueUser({
    send: (reply) => void log.push([name, ...reply]),
    sendItem: ({ payload }) => void log.push([name, ...payload as number[]]),
    deliver: () => {},
    close: () => {},
  });
}

/** A delivery with items 1, 2, ... that is not asked for anything yet. */
function stage(items: number) {
  const log: unknown[] = [];
  const host = { isMoreComing: () => false, onTaken: () => {}, onChange: () => {} };
  const delivery = new QueueDelivery(host);
  const add = (item: number) => delivery.add(plainPacket([item]));
  for (let item = 1; item <= items; item++) add(item);
  return { log, delivery, add, fast: thread(log, "fast"), other: thread(log, "other") };
}

Deno.test("QueueDelivery: a receive that does not wait hears of nothing only when nothing can come back", () => {
  const { log, delivery, fast, other } = stage(3);
  delivery.want({ user: fast, id: 1, extra: 2, isTry: false });
  delivery.want({ user: other, id: 1, extra: 0, isTry: true });
  assertEquals(log.splice(0), [["fast", 1], ["fast", 2], ["fast", 3]]);
  delivery.confirm(fast, 1, 2);
  assertEquals(log, [["other", 2]]);
});

Deno.test("QueueDelivery: an item that comes back goes out before those that came later", () => {
  const { log, delivery, add, fast, other } = stage(2);
  delivery.want({ user: fast, id: 1, extra: 5, isTry: false });
  add(3);
  for (const id of [1, 2, 3]) delivery.want({ user: other, id, extra: 0, isTry: false });
  assertEquals(log.splice(0), [["fast", 1], ["fast", 2]]);
  delivery.confirm(fast, 1, 1);
  assertEquals(log, [["other", 2], ["other", 3]]);
});

Deno.test("QueueDelivery: what a thread was sent ahead and has not taken goes to others at its end", () => {
  const { log, delivery, fast, other } = stage(3);
  delivery.want({ user: fast, id: 1, extra: 2, isTry: false });
  delivery.want({ user: other, id: 1, extra: 0, isTry: false });
  delivery.confirm(fast, 1, 0);
  log.length = 0;
  delivery.drop(fast);
  assertEquals(log, [["other", 2]]);
  assertEquals(delivery.size, 2);
});
