/**
 * What no file can have as a name is refused in memory, too.
 *
 * @throws {TypeError} when a name has a half of a character, or the character zero.
 */
export function checkNames(names: Readonly<Record<string, string>>): void {
  for (const [what, name] of Object.entries(names)) {
    if (name.isWellFormed() && !name.includes("\0")) continue;
    throw new TypeError(
      `Cannot keep the ${what} ${JSON.stringify(name)}: it has a character that is none`,
    );
  }
}

/** The order of names: of their characters, as in a file. The two halves of one come after all that are whole else. */
export function byName(one: string, other: string): number {
  const [these, those] = [one, other].map((name) =>
    Array.from(name, (each) => each.codePointAt(0)!)
  ) as [number[], number[]];
  for (let at = 0; at < these.length && at < those.length; at++) {
    if (these[at] !== those[at]) return these[at]! - those[at]!;
  }
  return these.length - those.length;
}
