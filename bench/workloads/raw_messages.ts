import type { Message } from "./actors.ts";

/** Objects in a batch that is written by hand. */
export const BATCH = 256;

/** A message of usual size. */
export function messageOf(id: number): Message {
  return { id, name: "message", v: [1, 2, 3] };
}

/**
 * Posts so many messages as a program without a library would: each by itself, or a batch as one JSON text, the fastest
 * way to post plain objects.
 */
export function postAll(post: (data: unknown) => void, messages: number, batch: number): void {
  if (batch === 1) {
    for (let id = 0; id < messages; id++) post({ kind: "put", message: messageOf(id) });
    return;
  }
  for (let first = 0; first < messages; first += batch) {
    const length = Math.min(batch, messages - first);
    post(JSON.stringify(Array.from({ length }, (_, index) => messageOf(first + index))));
  }
}
