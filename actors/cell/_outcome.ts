import type { Item, TurnOwner } from "./item.ts";
import { misuse } from "./_refuse.ts";
import type { Reply, StreamSink } from "./reply.ts";
import { isIterator } from "./iterator.ts";
import { StreamSource } from "./_stream_source.ts";

/** A turn has ended with a result: gives it to whom it is for. */
export function complete(cell: TurnOwner, item: Item, result: unknown): void {
  item.cell = null;
  const { reply, work, label } = item;
  if (work !== null) {
    reply?.resolve(result);
  } else if (isIterator(result)) {
    stream(cell, item, result);
  } else if (reply?.stream !== undefined) {
    cell.streamSignals?.forget(reply);
    reply.reject(misuse(cell, "stream", label, "its result has no next(); use ask"));
  } else {
    reply?.resolve(result);
  }
}

function stream(
  cell: TurnOwner,
  item: Item,
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
): void {
  const { label, reply } = item;
  if (reply !== null && reply.stream === undefined) {
    reply.reject(misuse(cell, "ask", label, "it is a generator; use stream"));
  } else {
    new StreamSource(cell, item, iterator, reply as Reply & { stream: StreamSink });
  }
}
