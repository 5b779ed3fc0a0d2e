import { type ActorSystem, OnceConflictError } from "@troupe/actors";
import { bank } from "./bank.ts";
import { cart } from "./cart.ts";
import { order } from "./order.ts";

const ADDRESS = new URLPattern({
  pathname: "/:kind(carts|orders|cards)/:key([\\w-]{1,64})/:what(articles|orders)?",
});
const page = await Deno.readTextFile(new URL("./page.html", import.meta.url));

/** Answers requests. A change is answered when it is on disk. */
export function shop(system: ActorSystem, keepMs: number): Deno.ServeHandler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
    try {
      const answer = await answerTo(request);
      return answer ?? Response.json({ error: "There is nothing" }, { status: 404 });
    } catch (error) {
      return Response.json({ error: `${error}` }, { status: statusOf(error) });
    }
  };

  async function answerTo(request: Request): Promise<Response | null> {
    const { kind, key = "", what } = ADDRESS.exec(request.url)?.pathname.groups ?? {};
    const id = request.headers.get("idempotency-key") ?? undefined;
    switch (`${request.method} ${kind}/${what ?? ""}`) {
      case "GET carts/":
        return Response.json(await system.at(cart, key).ask.get());
      case "GET orders/": {
        const found = await system.at(order, key).ask.get();
        return found && Response.json(found);
      }
      case "GET cards/":
        return Response.json(await system.at(bank, key).ask.get());
      case "POST carts/articles": {
        const { article, count } = await request.json();
        if (!(Number.isSafeInteger(count) && count > 0)) throw new RangeError("How many?");
        // With an id the client may send it again when it has heard no answer; each is done once.
        const mine = system.at(cart, key).with({ once: id });
        return Response.json(await mine.ask.add(`${article}`, count, keepMs));
      }
      case "POST carts/orders": {
        if (id === undefined) throw new RangeError("An order needs an idempotency-key");
        const { card } = await request.json();
        const number = await system.at(cart, key).with({ once: id }).ask.checkOut(`${card}`);
        return Response.json({ order: number }, { status: 202 });
      }
      default:
        return null;
    }
  }
}

function statusOf(error: unknown): number {
  if (error instanceof OnceConflictError) return 409;
  return error instanceof RangeError || error instanceof SyntaxError ? 400 : 503;
}
