import { jsonOf } from "../vocabulary/kept.ts";
import type { Payload } from "./marker.ts";
import { itemsOf, ROWS, type RowsEnvelope } from "./rows.ts";

// JSON needs six characters at most for one.
const MOST_FOR_ONE = 6;
// What JSON may write in more than one: quotes, backslashes, control characters, halves of surrogate pairs.
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
// What the envelope of a message may need beside it: names, and the handlers that wait for the answer.
const ENVELOPE_CHARACTERS = 2 ** 24;
const ENVELOPE_UNITS = Math.floor(ENVELOPE_CHARACTERS / MOST_FOR_ONE);
// The longest text that V8 makes has 24 characters less than 2^29.
const MOST_CHARACTERS = 2 ** 29 - 24 - ENVELOPE_CHARACTERS;

/** What each value of a message counts, beside its characters: enough for a number with what is around it. */
export const VALUE_UNITS = 5;

/**
 * Refuses a message whose text would be too long.
 *
 * @param units Its characters before they are JSON, and {@linkcode VALUE_UNITS} for each value: only when these are
 * many is it looked at closer, and the text made only if that leaves a doubt.
 * @param most How many characters its text may have.
 * @throws {RangeError} when it is too long.
 */
export function checkLength(
  payload: Payload,
  units: number,
  what: string,
  root: string,
  most: number = MOST_CHARACTERS,
): void {
  if (isTooLong(payload, units, most)) throw tooLong("send", what, root, most);
}

/** The same, as an answer. */
export function isTooLong(
  payload: Payload,
  units: number,
  most: number = MOST_CHARACTERS,
): boolean {
  return units * MOST_FOR_ONE > most && !isShort(payload, most);
}

/** What says that a text would be too long. */
export function tooLong(
  verb: "send" | "store",
  what: string,
  root: string,
  most: number = MOST_CHARACTERS,
): RangeError {
  return new RangeError(
    `Cannot ${verb} ${what}: ${root} is too large: its text has more than ${most} characters: ` +
      `${verb} it in parts, or as bytes`,
  );
}

function isShort(payload: Payload, most: number): boolean {
  if (mostCharactersIn(payload) <= most) return true;
  if (charactersIn(payload) > most) return false;
  try {
    return jsonOf(payload).length <= most;
  } catch {
    return false;
  }
}

/** How many characters the text of a value has at most. */
function mostCharactersIn(value: unknown): number {
  if (typeof value === "string") {
    return 2 + value.length * (ESCAPED.test(value) ? MOST_FOR_ONE : 1);
  }
  if (typeof value !== "object" || value === null) return VALUE_UNITS * MOST_FOR_ONE;
  let characters = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      characters += 1 + mostCharactersIn(value[index]);
    }
    return characters;
  }
  for (const key in value) {
    characters += 2 + mostCharactersIn(key) + mostCharactersIn(value[key as never]);
  }
  return characters;
}

/** The characters of all texts in a value: its own text has more. */
function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + charactersIn(part), 0);
}

/** @throws {RangeError} when what goes beside a message is too long. */
export function checkEnvelope(units: number): void {
  if (units <= ENVELOPE_UNITS) return;
  throw new RangeError(
    `Cannot send message: the names that go with it have more than ${ENVELOPE_UNITS} characters`,
  );
}

/** The characters in a part of a message that is no payload, and what its values count. */
export function unitsIn(value: unknown): number {
  if (typeof value === "string") return value.length + VALUE_UNITS;
  if (typeof value !== "object" || value === null) return VALUE_UNITS;
  let units = VALUE_UNITS;
  for (const [key, part] of Object.entries(value)) units += key.length + unitsIn(part);
  return units;
}

/**
 * JSON texts of envelopes: one, or several when one would be too long.
 *
 * @param toText Makes the text, or throws when it would be too long.
 * @throws {RangeError} when that of a single message is.
 */
export function textsOf(
  envelopes: unknown[][],
  toText: (envelopes: unknown[][]) => string = jsonOf,
): string[] {
  try {
    return [toText(envelopes)];
  } catch (error) {
    const halves = halvesOf(envelopes);
    if (halves === null) throw error;
    return halves.flatMap((half) => textsOf(half, toText));
  }
}

function halvesOf(envelopes: unknown[][]): [unknown[][], unknown[][]] | null {
  const middle = envelopes.length >> 1;
  if (middle > 0) return [envelopes.slice(0, middle), envelopes.slice(middle)];
  const [first] = envelopes as [unknown[]];
  const envelope: unknown[] = first[0] === ROWS ? itemsOf(first as RowsEnvelope) : first;
  const [kind, to, name, ...items] = envelope;
  // Each item is a payload, after its id if there is one.
  const width = typeof items[0] === "number" ? 2 : 1;
  const end = Math.floor(items.length / width / 2) * width;
  if (typeof name !== "string" || end === 0) return null;
  return [[[kind, to, name, ...items.slice(0, end)]], [[kind, to, name, ...items.slice(end)]]];
}
