import { type Queue, task } from "@troupe/actors";
import type { SharedQueue } from "@troupe/actors/shared";
import type { Message } from "./actors.ts";
import { messageOf } from "./raw_messages.ts";

/** Sends so many messages, blocking while there is no room. */
export const sendSync = task(import.meta, (to: SharedQueue<Message>, messages: number) => {
  for (let id = 0; id < messages; id++) to.sendSync(messageOf(id));
});

/** Sends so many messages, one after the other. */
export const send = task(
  import.meta,
  async (to: SharedQueue<Message> | Queue<Message>, messages: number) => {
    for (let id = 0; id < messages; id++) await to.send(messageOf(id));
  },
);

/** Receives so many messages, blocking while there is none; gives how many were whole. */
export const receiveSync = task(import.meta, (from: SharedQueue<Message>, messages: number) => {
  let whole = 0;
  for (let id = 0; id < messages; id++) if (from.receiveSync().id === id) whole++;
  return whole;
});

/** Receives so many messages; gives how many were whole. */
export const receive = task(
  import.meta,
  async (from: SharedQueue<Message> | Queue<Message>, messages: number) => {
    let whole = 0;
    for (let id = 0; id < messages; id++) if ((await from.receive()).id === id) whole++;
    return whole;
  },
);
