import { assertEquals, assertThrows } from "@std/assert";
import { capture, Link } from "../../channels/internal.ts";

/** A port that keeps what is posted. */
class Posted {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly messages: unknown[] = [];
  postMessage(message: unknown): void {
    this.messages.push(message);
  }
  close(): void {}
}

/** The lengths of the posted texts. */
const lengths = ({ messages }: Posted) => messages.map((message) => (message as string).length);

/** What arrives of posted messages. */
function arrived({ messages }: Posted): unknown[] {
  const items: unknown[] = [];
  const port = new Posted();
  new Link(port, (envelope) => items.push(...envelope.slice(3)));
  for (const data of messages) port.onmessage!({ data } as MessageEvent);
  return items;
}

const list = (items: number) => [new Array(items).fill("x".repeat(10_000))];
const packetOf = (values: unknown[]) => capture(values, "wire", "message", "args");

Deno.test.each([{ isHeld: false }, { isHeld: true }])(
  "Link posts messages of a turn in several texts when they are long, held back: $isHeld",
  ({ isHeld }) => {
    const port = new Posted();
    const link = new Link(port, () => {});
    if (isHeld) link.hold();
    for (let n = 0; n < 5; n++) link.sendItem(1, 2, "a", packetOf([n, ...list(60)]));
    link.send([3, "x".repeat(600_000)]);
    if (isHeld) assertEquals(port.messages, []);
    if (isHeld) link.release();
    else link.flush();
    assertEquals(lengths(port).every((length) => length < 1_500_000), true);
    assertEquals(arrived(port).map((values) => (values as unknown[])[0]), [0, 1, 2, 3, 4]);
  },
);

Deno.test("Link posts items of unknown length in several texts when one would be too long", () => {
  const port = new Posted();
  const link = new Link(port, () => {});
  for (let n = 0; n < 2; n++) link.sendItem(1, 0, "", { ...packetOf(list(27_000)), units: 0 });
  link.flush();
  assertEquals(lengths(port).map((length) => Math.round(length / 1e6)), [270, 270]);
});

Deno.test("capture() refuses a message by the length of its text, which counts escapes", () => {
  const tooLong = new Array(9_000).fill("\0".repeat(10_000));
  const refusal = "Cannot send message: args is too large: its text has more than";
  assertThrows(() => packetOf([tooLong]), RangeError, refusal);
  assertThrows(() => packetOf([...list(60_000), undefined]), RangeError, refusal);
  // A long text travels beside the others.
  packetOf(["x".repeat(2 ** 28)]);
});

Deno.test("Link refuses a message whose names are too long, before anything is queued", () => {
  const port = new Posted();
  const link = new Link(port, () => {});
  const name = "x".repeat(2 ** 23);
  assertThrows(() => link.sendItem(1, 2, name, packetOf([1])), RangeError, "the names");
  assertThrows(() => link.send([1, 2, name]), RangeError, "the names");
  link.flush();
  assertEquals(port.messages, []);
});
