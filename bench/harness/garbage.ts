/** Collects garbage, where V8 was told to let us: nobody pays for what another one has left. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}
