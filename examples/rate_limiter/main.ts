/**
 * A server that lets each client have five requests at once, and then one a second. What a client
 * has left is an actor of its own, which time refills, and which is gone once it is full.
 *
 *     deno task example:rate_limiter
 *     for i in 1 2 3 4 5 6; do curl -H "x-api-key: ann" http://127.0.0.1:8000/; done
 *
 * The sixth answer is `Too many requests`, with status 429.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem } from "@troupe/actors";
import { RateLimiter } from "./limiter.ts";

const options = parseArgs(Deno.args, {
  string: ["port", "burst", "refill-ms"],
  default: { port: "8000", burst: "5", "refill-ms": "1000" },
});
const rate = { burst: Number(options.burst), refillMs: Number(options["refill-ms"]) };

await using system = new ActorSystem();
const limiter = new RateLimiter(system, rate);
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: Number(options.port),
  onListen: ({ port }) => console.log(`Listening at http://127.0.0.1:${port}/`),
}, async ({ headers }, { remoteAddr }) => {
  const key = headers.get("x-api-key") ?? remoteAddr.hostname;
  if (await limiter.allows(key.slice(0, 64))) return new Response("Welcome\n");
  const seconds = `${Math.ceil(rate.refillMs / 1_000)}`;
  return new Response("Too many requests\n", { status: 429, headers: { "retry-after": seconds } });
});
Deno.addSignalListener("SIGINT", () => server.shutdown());
await server.finished;
