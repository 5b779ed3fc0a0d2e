import { actor, ActorSystem } from "@troupe/actors";

const ACTORS = 1_000_000;

const idle = actor(import.meta, (_context, start: number) => {
  let count = start;
  return {
    increment: (by = 1) => count += by,
    get: () => count,
    reset: () => count = start,
  };
});

/** A million idle actors: what each one takes, and that all of them answer. */
export async function benchMemory() {
  const collect = (globalThis as { gc?: () => void }).gc;
  await using system = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
  collect?.();
  const before = Deno.memoryUsage().heapUsed;
  const start = performance.now();
  const first = await system.spawn(idle, 0);
  for (let index = 2; index < ACTORS; index++) await system.spawn(idle, index);
  const last = await system.spawn(idle, ACTORS);
  const spawned = performance.now();
  collect?.();
  const bytes = (Deno.memoryUsage().heapUsed - before) / ACTORS;
  const sum = await first.ask.get() + await last.ask.get();
  console.log(`\n${ACTORS.toLocaleString("en-US")} idle actors with three handlers`);
  console.log(`  ${bytes.toFixed(0)} bytes of heap each; first and last answer ${sum}`);
  console.log(`  started in ${((spawned - start) / 1000).toFixed(1)} s`);
}
