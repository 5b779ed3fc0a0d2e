/**
 * Names are compared in the file, where what is no whole character cannot stand, and a text ends with the character
 * zero.
 *
 * @throws {TypeError} when two names could become the same.
 */
export function checkName(what: string, name: string): void {
  if (name.isWellFormed() && !name.includes("\0")) return;
  throw new TypeError(
    `Cannot keep the ${what} ${JSON.stringify(name)}: it has a character that is none`,
  );
}

/** The first name after all that begin with a prefix, in the order of the file; `null` when there is none. */
export function endOfPrefix(prefix: string): string | null {
  const characters = Array.from(prefix);
  while (characters.length > 0) {
    const code = characters.pop()!.codePointAt(0)! + 1;
    if (code > 0x10ffff) continue;
    // Between them are the halves of characters.
    return characters.join("") + String.fromCodePoint(code === 0xd800 ? 0xe000 : code);
  }
  return null;
}
