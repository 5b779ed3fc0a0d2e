import { actor } from "@troupe/actors";

/** Fails, or ends its thread, when asked to. */
export const fragile = actor(import.meta, (): Fragile => ({
  ping: () => 1,
  fail(): never {
    throw new Error("as asked");
  },
  die(): Promise<never> {
    (globalThis as unknown as { close(): void }).close();
    return new Promise(() => {});
  },
}));

/** The protocol of {@linkcode fragile}. */
export interface Fragile {
  ping(): number;
  fail(): never;
  die(): Promise<never>;
}
