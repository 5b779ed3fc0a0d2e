import {
  ASK,
  CANCEL,
  CHAINED_ASK,
  CREDIT,
  FAIL,
  ITEM,
  REPLY,
  RUN,
  SPAWN,
  STREAM,
  TELL,
} from "../../actors/messaging/protocol.ts";

/**
 * Messages and requests among hosts, for people; the rest as it is: channels count what they say by the same numbers as
 * hosts what they say of themselves.
 *
 * @param text That of a message.
 * @param host Where it comes to.
 * @returns `null` for a text of something else.
 */
export function messageText(text: string, host: number): string | null {
  const envelopes = parsed(text);
  if (!Array.isArray(envelopes) || !envelopes.every(isEnvelope)) return null;
  return envelopes.map((envelope) => envelopeText(envelope, host)).join("; ");
}

type Shown = readonly [kind: number, ...rest: unknown[]];

const isEnvelope = (value: unknown): value is Shown =>
  Array.isArray(value) && typeof value[0] === "number";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The name of a lock, say.
    return null;
  }
}

function envelopeText(envelope: Shown, host: number): string {
  const [kind, ...rest] = envelope;
  const [one, two, three, four] = rest;
  const call = (what: string, to: unknown, handler: unknown, args: unknown) =>
    `${what} ${handler}(${listText(args)}) to actor ${host}.${to}`;
  switch (kind) {
    case TELL:
      return rest.slice(2).map((args) => call("tell", one, two, args)).join(", ");
    case ASK:
      return pairs(rest).map(([id, args]) => `${call("ask", one, two, args)} as request ${id}`)
        .join(", ");
    case CHAINED_ASK:
      // A queue says other things with it.
      if (rest.length !== 5) break;
      return `${call("ask", two, three, four)} as request ${one}`;
    case STREAM:
      return `${call("stream", two, three, four)} as request ${one}`;
    case REPLY:
      return pairs(rest).map(([id, value]) => `reply to request ${id}: ${listText(value)}`)
        .join(", ");
    case FAIL:
      return `failure of request ${one}: ${listText(two)}`;
    case ITEM:
      return `item for request ${one}: ${listText(two)}`;
    case SPAWN:
      return `spawn as request ${one} with (${listText(rest.at(-1))})`;
    case RUN:
      return `run as request ${one} with (${listText(four)})`;
    case CANCEL:
      return `cancel request ${one}`;
    case CREDIT:
      return `credit of ${two} for request ${one}`;
  }
  return JSON.stringify(envelope);
}

/** What follows after two elements: an id, and what belongs to it. */
function pairs(rest: readonly unknown[]): [id: unknown, value: unknown][] {
  return Array.from(
    { length: (rest.length - 2) / 2 },
    (_, at) => [rest[2 + 2 * at], rest[3 + 2 * at]],
  );
}

/** The values of a payload. */
function listText(payload: unknown): string {
  const values = Array.isArray(payload)
    ? payload
    : (payload as { values?: unknown } | null)?.values;
  return Array.isArray(values) ? values.map(valueText).join(", ") : valueText(payload);
}

function valueText(value: unknown): string {
  const marker = (value as { $?: unknown } | null)?.$;
  if (!Array.isArray(marker)) return JSON.stringify(value);
  const [kind, of] = marker;
  return kind === "error" ? `${of.name}: ${of.message}` : `<${kind}>`;
}
