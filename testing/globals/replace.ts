/** What is replaced, by the object that has it. */
type Replaced = readonly [on: object, by: Record<string, unknown>];

/**
 * Replaces what programs reach by globals.
 *
 * @returns Gives the real ones back.
 */
export function replace(replaced: readonly Replaced[]): () => void {
  const real = replaced.map(([on, by]) => {
    const keys = Object.keys(by);
    return [
      on,
      keys.map((key) => [key, Object.getOwnPropertyDescriptor(on, key)] as const),
    ] as const;
  });
  for (const [on, by] of replaced) {
    for (const [key, value] of Object.entries(by)) {
      Object.defineProperty(on, key, { value, configurable: true, writable: true });
    }
  }
  return () => {
    for (const [on, descriptors] of real) {
      for (const [key, descriptor] of descriptors) {
        if (descriptor === undefined) Reflect.deleteProperty(on, key);
        else Object.defineProperty(on, key, descriptor);
      }
    }
  };
}
