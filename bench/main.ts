/**
 * All benchmarks, or those named: `deno task bench [threads] [channels] [one-thread] [supervision] [memory]`.
 *
 * @module
 */
import { benchChannels } from "./channels.ts";
import { benchMemory } from "./memory.ts";
import { benchOneThread } from "./one_thread.ts";
import { benchSupervision } from "./supervision.ts";
import { benchThreads } from "./threads.ts";

const suites: Record<string, () => Promise<void>> = {
  "threads": benchThreads,
  "channels": benchChannels,
  "one-thread": benchOneThread,
  "supervision": benchSupervision,
  "memory": benchMemory,
};

if (import.meta.main) {
  const names = Deno.args.length > 0 ? Deno.args : Object.keys(suites);
  for (const name of names) {
    const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
    if (suite === undefined) {
      console.error(`Cannot run "${name}": known are ${Object.keys(suites).join(", ")}`);
      Deno.exit(1);
    }
    await suite();
  }
}
