/**
 * The lines of a file that show best why it was found: those with most of the terms, at most
 * `count`, in ascending order.
 *
 * @param linesByTerm For each term, the lines where it stands.
 */
export function pickLines(linesByTerm: readonly (readonly number[])[], count: number): number[] {
  const termsOn = new Map<number, number>();
  for (const line of linesByTerm.flat()) termsOn.set(line, (termsOn.get(line) ?? 0) + 1);
  return Array.from(termsOn)
    .sort(([lineA, a], [lineB, b]) => b - a || lineA - lineB)
    .slice(0, count)
    .map(([line]) => line)
    .sort((a, b) => a - b);
}
