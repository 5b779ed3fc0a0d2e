import { addToHash, EMPTY_HASH, hashTerm } from "./term_hash.ts";

/**
 * What {@linkcode forEachWord} calls for each word: the term stands in `bytes` from `start` to
 * `end` and must be copied from there before the call returns. Lines count from 1.
 */
export type OnWord = (
  bytes: Uint8Array,
  start: number,
  end: number,
  hash: number,
  line: number,
) => void;

/** Bytes of a term that count; a longer word is cut here, in files and in queries alike. */
export const MAX_TERM_BYTES = 64;

const NEWLINE = 10;
/** What may be a word, before it is brought to its form as a term. */
export const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** For each byte: 0 when it separates words, else the byte in lower case. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte > 127) return byte;
  const char = String.fromCharCode(byte);
  return /\w/.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

/**
 * Finds the words of a UTF-8 text: runs of letters, marks, digits and `_`, in lower case.
 *
 * Runs of ASCII are lowered in place and hashed in the same pass, without making a string. Only a
 * run with other bytes in it is decoded, brought to the compatibility form NFKC and split by
 * Unicode's categories. Scripts that put no space between words yield one term a run.
 *
 * @param bytes The text. It is changed, and one byte after its end must be there to write to.
 * @param byteLength Bytes of the text, less than `bytes.length`.
 */
export function forEachWord(bytes: Uint8Array, byteLength: number, onWord: OnWord): void {
  bytes[byteLength] = 0; // Ends the last word, so that the inner loop need not look for the end.
  let line = 1;
  let at = 0;
  while (at < byteLength) {
    let byte = LOWER[bytes[at]!]!;
    if (byte === 0) {
      if (bytes[at++] === NEWLINE) line++;
      continue;
    }
    const start = at;
    let hash = EMPTY_HASH;
    let seen = 0;
    do {
      bytes[at] = byte;
      seen |= byte;
      hash = addToHash(hash, byte);
      byte = LOWER[bytes[++at]!]!;
    } while (byte !== 0);
    if (seen > 127) forEachUnicodeWord(bytes.subarray(start, at), line, onWord);
    else if (at - start <= MAX_TERM_BYTES) onWord(bytes, start, at, hash, line);
    else emitCut(bytes, start, line, onWord);
  }
}

function forEachUnicodeWord(run: Uint8Array, line: number, onWord: OnWord): void {
  const text = decoder.decode(run).normalize("NFKC").toLowerCase();
  for (const [word] of text.matchAll(WORD)) {
    const term = encoder.encode(word);
    if (term.length <= MAX_TERM_BYTES) {
      onWord(term, 0, term.length, hashTerm(term, 0, term.length), line);
    } else emitCut(term, 0, line, onWord);
  }
}

function emitCut(bytes: Uint8Array, start: number, line: number, onWord: OnWord): void {
  let end = start + MAX_TERM_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--; // Never inside a character.
  onWord(bytes, start, end, hashTerm(bytes, start, end), line);
}

/** The terms of `text`, each once, in order of first appearance. */
export function termsOf(text: string): string[] {
  const bytes = encoder.encode(text + "\0");
  const terms = new Set<string>();
  forEachWord(bytes, bytes.length - 1, (source, start, end) => {
    terms.add(decoder.decode(source.subarray(start, end)));
  });
  return [...terms];
}
