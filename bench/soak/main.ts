/**
 * `deno task soak [--minutes 10]`: mixed load for some minutes. Ends with code 1 when a message was lost, or when memory,
 * threads or latencies have grown from the first third to the last one.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { formatNumber } from "../report/format.ts";
import type { Sample } from "./judge.ts";
import { soak } from "./soak.ts";

const MEBIBYTE = 2 ** 20;

function lineOf({ p50Ms, p99Ms, heapBytes, rssBytes, threads }: Sample): string {
  return [
    `p50 ${formatNumber(p50Ms)} ms`.padEnd(14),
    `p99 ${formatNumber(p99Ms)} ms`.padEnd(14),
    `heap ${formatNumber(heapBytes / MEBIBYTE)} MiB`.padEnd(16),
    `process ${formatNumber(rssBytes / MEBIBYTE)} MiB`.padEnd(18),
    `threads ${threads}`,
  ].join("  ");
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { minutes: { type: "string", default: "10" } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    console.error(
      `Cannot soak: --minutes must be above 0 and at most 1440, received "${values.minutes}"`,
    );
    return 1;
  }
  const onSample = (sample: Sample) => console.log(lineOf(sample));
  const { samples, grown } = await soak({ forMs: minutes * 60_000, onSample });
  for (const each of grown) console.error(each);
  console.log(grown.length > 0 ? "Something has grown" : `Steady over ${samples.length} stretches`);
  return grown.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
