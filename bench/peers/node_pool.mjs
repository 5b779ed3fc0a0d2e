// Pools on Node: node node_pool.mjs <folder with node_modules> <piscina | tinypool> <run | map | cpu> <items>
// Does the work once to warm up and once more, checks the results, and prints the milliseconds of the second time.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import process from "node:process";

const WORKERS = 2;
const CHUNKS = 4 * WORKERS;
const PRIMES_BELOW = Number(process.argv[6]);
const [, , folder, name, work, size] = process.argv;
const filename = new URL("./node_worker.mjs", import.meta.url).href;
const options = { filename, minThreads: WORKERS, maxThreads: WORKERS };
const require = createRequire(pathToFileURL(`${folder}/`));
const entry = name === "tinypool"
  ? `${folder}/node_modules/tinypool/dist/index.js`
  : require.resolve(name);
const { default: Pool } = await import(pathToFileURL(entry).href);
const pool = new Pool(options);

const items = Array.from({ length: Number(size) }, (_, index) => index);
const works = {
  run: () => Promise.all(items.map((item) => pool.run(item, { name: "square" }))),
  map: async () => {
    const length = Math.ceil(items.length / CHUNKS);
    const chunks = Array.from(
      { length: CHUNKS },
      (_, index) => items.slice(index * length, (index + 1) * length),
    );
    return (await Promise.all(chunks.map((chunk) => pool.run(chunk, { name: "squareAll" }))))
      .flat();
  },
  cpu: () => Promise.all(items.map(() => pool.run(PRIMES_BELOW, { name: "countPrimes" }))),
};

let took = 0;
for (let round = 0; round < 2; round++) {
  const start = performance.now();
  const results = await works[work]();
  took = performance.now() - start;
  const isRight = work === "cpu"
    ? results.every((count) => count > 0)
    : results.every((n, index) => n === index * index);
  if (results.length !== items.length || !isRight) {
    throw new Error("Cannot count this run: wrong results");
  }
}
console.log(took);
await pool.destroy();
