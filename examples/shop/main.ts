/**
 * A shop that loses no order. Carts, orders and the cards of a bank are durable actors in one file: kill the
 * process whenever you like, start it again, and it goes on where it was.
 *
 *     deno task example:shop
 *
 * prints `Shop at http://127.0.0.1:8000/`. Open that, or
 *
 *     curl -d '{"article":"tea","count":2}' http://127.0.0.1:8000/carts/ann/articles
 *     curl -d '{"card":"1234"}' -H 'idempotency-key: a1' http://127.0.0.1:8000/carts/ann/orders
 *
 * Send the second one again: the answer is the same, and there is one order. The task may only write `shop.db`
 * in this folder, and the files beside it; for another folder:
 *
 *     deno run --allow-read --allow-write=FOLDER --allow-net=127.0.0.1 examples/shop/main.ts FOLDER
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem } from "@troupe/actors";
import { sqlite } from "@troupe/actors/durable";
import { bank } from "./bank.ts";
import { cart } from "./cart.ts";
import { order } from "./order.ts";
import { shop } from "./shop.ts";

const { _: [folder = "."], port, "keep-ms": keepMs } = parseArgs(Deno.args, {
  string: ["port", "keep-ms", "_"],
  default: { port: "8000", "keep-ms": "3600000" },
});

await using system = new ActorSystem({
  store: sqlite(`${folder}/shop.db`),
  kinds: [cart, order, bank],
});
system.addEventListener("error", (event) => {
  event.preventDefault(); // It is tried again.
  const { ref, handler, error } = event.detail;
  console.log(`${handler} of ${ref?.id}: ${error}`);
});
await system.alarms(); // Opens the file, or says why that cannot be.
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  onListen: ({ port }) => console.log(`Shop at http://127.0.0.1:${port}/`),
}, shop(system, Number(keepMs)));
Deno.addSignalListener("SIGINT", () => server.shutdown());
await server.finished;
