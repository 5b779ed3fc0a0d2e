/**
 * Puts faults back that were mended, one at a time, and says after how many seeds the scenarios find each:
 *
 *     deno task simulate:planted [--seeds 2000] [--seed 1] [part of a name ...]
 *
 * Fails when one is not found.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type PlantedFault, plantedFaults } from "./planted_faults.ts";

const root = new URL("../../", import.meta.url);

/** A copy of the checkout with a fault. */
async function plant({ file, find, replace }: PlantedFault, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const names = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
  const sources = names.filter((name) => !name.startsWith("."))
    .map((name) => root.pathname + name);
  await new Deno.Command("cp", { args: ["-r", ...sources, folder] }).output();
  const text = await Deno.readTextFile(`${folder}/${file}`);
  if (text.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
  await Deno.writeTextFile(`${folder}/${file}`, text.replace(find, () => replace));
}

/** After how many seeds it is found, and by what; `null` when it is not. */
async function search(fault: PlantedFault, first: number, seeds: number) {
  const folder = `${root.pathname}.tmp/planted-${Deno.pid}`;
  try {
    await plant(fault, folder);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-read", "tests/simulation/main.ts", "--first"],
        ...["--seed", `${first}`, "--seeds", `${seeds}`, "--minutes", "60"],
        ...["--scenario", fault.scenario],
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stderr: "null",
    }).output();
    const output = new TextDecoder().decode(stdout);
    const [, scenario, seed, why] = output.match(/^(.+)\nSeed (\d+) fails[^:]*: (.*)$/m) ?? [];
    return seed === undefined ? null : { seeds: Number(seed) - first + 1, scenario, why };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
  },
});
const chosen = plantedFaults.filter(({ name }) =>
  positionals.length === 0 || positionals.some((part) => name.includes(part))
);
let missed = 0;
for (const fault of chosen) {
  const found = await search(fault, Number(values.seed), Number(values.seeds));
  if (found === null) missed++;
  console.log(
    `${found === null ? "NOT FOUND" : `found after ${found.seeds} seeds`}: ${fault.name}`,
  );
  if (found !== null) console.log(`  by "${found.scenario}": ${found.why!.slice(0, 120)}`);
}
console.log(`${chosen.length - missed} found, ${missed} not`);
if (missed > 0) Deno.exit(1);
