import { messageText } from "./_message_text.ts";
import type { Happening } from "./agenda.ts";
import { textHash } from "./choices.ts";

interface Past {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly data: unknown;
}

const LAST = 40;
const TEXT_LENGTH = 150;

/** What has happened: the last part of it for people, and a hash of all. */
export class History {
  readonly #last: Past[] = [];
  #count = 0;
  #hash = 0;

  /** How many events there were. */
  get count(): number {
    return this.#count;
  }

  /** Two runs with the same one were alike, event by event. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** Notes what happens now. */
  note(
    at: number,
    { to, what, data }: Pick<Happening, "what" | "data"> & { to: { name: string } },
  ): void {
    this.#last[this.#count++ % LAST] = { at, who: to.name, what, data };
    const hash = textHash(what, textHash(to.name, this.#hash ^ Math.round(at * 1000)));
    this.#hash = textsOf(data).reduce((hash, text) => textHash(sameAnywhere(text), hash), hash);
  }

  /** The last events, a line each. */
  lines(): string[] {
    const from = Math.max(0, this.#count - LAST);
    return Array.from({ length: this.#count - from }, (_, at) => {
      const past = this.#last[(from + at) % LAST]!;
      return `${past.at.toFixed(3).padStart(10)} ms  ${past.who}: ${past.what}${
        dataText(past.data, past.who)
      }`;
    });
  }
}

/** The text in what was sent: alone, or beside what travels with it. */
function textsOf(data: unknown): readonly string[] {
  if (typeof data === "string") return [data];
  if (!Array.isArray(data) || !Array.isArray(data[0])) return [];
  return data[0].filter((text) => typeof text === "string");
}

/** From an address on a text depends on where the sources are. */
function sameAnywhere(text: string): string {
  const end = text.indexOf("://");
  return end < 0 ? text : text.slice(0, end);
}

function dataText(data: unknown, who: string): string {
  if (data === undefined) return "";
  const text = readable(data, who) ?? shown(data);
  return ` ${text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text}`;
}

/** What hosts say to each other; the one whose thread this is hears it. */
function readable(data: unknown, who: string): string | null {
  const host = Number(who.match(/\d+$/)?.[0] ?? 0);
  const texts = textsOf(data).map((text) => messageText(text, host));
  return texts.length === 0 || texts.includes(null) ? null : texts.join("; ");
}

function shown(data: unknown): string {
  if (typeof data === "string") return data;
  return Deno.inspect(data, {
    compact: true,
    breakLength: Infinity,
    depth: 3,
    strAbbreviateSize: 100,
  });
}
