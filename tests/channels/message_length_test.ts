import { assertEquals, assertThrows } from "@std/assert";
import { checkLength, textsOf } from "../../channels/message/length.ts";
import { registerClass } from "../../channels/message/register_class.ts";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { Link } from "../../channels/link/link.ts";
import type { Carrier } from "../../channels/link/carrier.ts";
import type { Batch } from "../../channels/link/protocol.ts";
import type { Payload } from "../../channels/message/marker.ts";

/** A carrier that keeps what is posted. */
class Posted implements Carrier {
  readonly destination = OVER_LINK;
  readonly messages: unknown[] = [];
  receive: ((batch: unknown) => void) | null = null;
  listen(receive: (batch: unknown) => void): void {
    this.receive = receive;
  }
  post(batch: Batch): boolean {
    this.messages.push(batch);
    return true;
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
  for (const batch of messages) port.receive!(batch);
  return items;
}

const list = (items: number) => [new Array(items).fill("x".repeat(10_000))];
const packetOf = (values: unknown[]) => capture(values, OVER_LINK, "message", "args");

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

const item = "x".repeat(30);

/** Has room for one item in a text. */
function toText(envelopes: unknown[][]): string {
  const text = JSON.stringify(envelopes);
  if (text.length > 50) throw new RangeError("Invalid string length");
  return text;
}

Deno.test("textsOf() divides items of unknown length until each text can be made", () => {
  const texts = textsOf([[1, 2, "a", [item], [item], [item]]], toText);
  assertEquals(texts, new Array(3).fill(`[[1,2,"a",["${item}"]]]`));
  assertThrows(() => textsOf([[1, 2, "a", [item + item]]], toText), RangeError, "string length");
});

Deno.test("textsOf() divides messages of several asks between two of them", () => {
  const asks = [7, 8, 9];
  const texts = textsOf([[1, 2, "a", ...asks.flatMap((id) => [id, [item]])]], toText);
  assertEquals(texts, asks.map((id) => `[[1,2,"a",${id},["${item}"]]]`));
});

Deno.test("checkLength() refuses a message by the length of its text, which counts escapes", () => {
  const check = (values: unknown[]) => {
    const { payload, units } = packetOf(values);
    checkLength(payload, units!, "message", "args", 100_000);
  };
  const refusal =
    "Cannot send message: args is too large: its text has more than 100000 characters";
  assertThrows(() => check(["\0".repeat(20_000)]), RangeError, refusal);
  assertThrows(() => check(new Array(11).fill("x".repeat(10_000))), RangeError, refusal);
  check(["x".repeat(20_000)]);
  check(new Array(9).fill("x".repeat(10_000)));
  // A long text travels beside the others.
  check(["x".repeat(200_000)]);
});

class Flags {
  constructor(readonly flags: boolean[]) {}
}
registerClass(Flags, {
  name: "message_length.Flags",
  encode: ({ flags }) => flags,
  decode: (flags) => new Flags(flags),
});

const many = new Array(1_000).fill(true);
const keyed = Object.fromEntries(many.map((value, at) => [`key${at}`, value]));
const sparse = many.map(() => -1.2345678901234567e-300);
delete sparse[100];

Deno.test.each([
  { what: "an array", value: many },
  { what: "an array beside undefined", value: [undefined, many] },
  { what: "an array with holes", value: sparse },
  { what: "a record", value: keyed },
  { what: "a record beside undefined", value: [undefined, keyed] },
  { what: "a record with a key $", value: [undefined, { $: 1, ...keyed }] },
  { what: "a map", value: new Map(Object.entries(keyed)) },
  { what: "a set", value: new Set(many.keys()) },
  { what: "an error", value: Object.assign(new Error("failed"), keyed) },
  { what: "several errors", value: new AggregateError(many) },
  { what: "the reason of an abort", value: AbortSignal.abort(many) },
  { what: "bigints", value: many.map(() => 2n ** 1_000n) },
  { what: "dates", value: many.map(() => new Date(-8.64e15)) },
  { what: "an instance", value: new Flags(many) },
  { what: "texts", value: [undefined, many.map(() => "\0".repeat(20))] },
])(
  "capture() expects the text of a message to be as long as it is at least: $what",
  ({ value }) => {
    const { payload, units } = packetOf([value]);
    const { length } = JSON.stringify(payload);
    checkLength(payload, units!, "message", "args", length);
    assertThrows(() => checkLength(payload, units!, "message", "args", length - 1), RangeError);
  },
);

Deno.test("checkLength() makes no text of a message that is short for certain", () => {
  // There is no text of a bigint.
  const check = (text: string) =>
    checkLength([{ text, number: 1n }] as Payload, 20_000, "message", "args", 100_000);
  check("plain, \u00e9 and \uffff".padEnd(20_000));
  for (const escaped of ['"', "\\", "\n", "\x1f", "\ud800"]) {
    assertThrows(() => check(escaped.padEnd(20_000)), RangeError, "is too large");
  }
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
