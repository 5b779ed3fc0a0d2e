/**
 * Fails unless everything has arrived: a figure for work that was not done would mean nothing.
 *
 * @throws {Error} when the two differ.
 */
export function expectAll(received: number, expected: number, what: string): void {
  if (received === expected) return;
  throw new Error(`Cannot count this run: ${what}: ${received} instead of ${expected}`);
}
