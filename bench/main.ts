/**
 * Runs the benchmarks, all groups or those named: `deno task bench [group ...] [--quick] [--no-peers] [--no-write]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { writeFigures } from "./report/figures.ts";
import { groups } from "./groups.ts";
import { describeMachine } from "./report/machine.ts";
import { groupResults, startGroup } from "./report/results.ts";
import { settings } from "./harness/settings.ts";

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "quick": { type: "boolean", default: false },
      "no-peers": { type: "boolean", default: false },
      "no-write": { type: "boolean", default: false },
    },
  });
  settings.isQuick = values.quick;
  settings.withPeers = !values["no-peers"];
  const names = positionals.length > 0 ? positionals : Object.keys(groups);
  const unknown = names.find((name) => !Object.hasOwn(groups, name));
  if (unknown !== undefined) {
    console.error(`Cannot run "${unknown}": known are ${Object.keys(groups).join(", ")}`);
    return 1;
  }
  console.log((await describeMachine()).join("\n"));
  for (const name of names) {
    console.log(`\n# ${name}`);
    startGroup(name);
    const run = await groups[name]!();
    await run();
  }
  for (const [name, { absent }] of groupResults) {
    if (absent.size > 0) console.log(`\nDid not take part in ${name}:`);
    for (const [who, why] of absent) console.log(`  ${who}: ${why}`);
  }
  if (!values.quick && !values["no-write"]) await writeFigures();
  return 0;
}

// Some peers leave threads behind that would keep the program alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
