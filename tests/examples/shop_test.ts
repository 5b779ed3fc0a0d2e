/** Runs the shop as the server that it is, and kills it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { programTest } from "../program.ts";
import { scratchFolder, until } from "../testing.ts";
import { ServerProgram } from "./server_program.ts";

const MAIN = new URL("../../examples/shop/main.ts", import.meta.url).href;

function startShop(folder: string, args: string[] = []): ServerProgram {
  const flags = [
    "--no-check",
    "--allow-read",
    "--allow-write=shop.db,shop.db-wal,shop.db-shm,shop.db-lock".replaceAll(
      "shop",
      `${folder}/shop`,
    ),
    "--allow-net=127.0.0.1",
  ];
  return new ServerProgram(MAIN, { flags, args: ["--port", "0", ...args, folder] });
}

// deno-lint-ignore no-explicit-any -- JSON
async function get(url: string, path: string): Promise<any> {
  return await (await fetch(url + path)).json();
}

async function post(url: string, path: string, body: unknown, id?: string): Promise<Response> {
  const headers = id === undefined ? {} : { "idempotency-key": id };
  return await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Somebody who orders again and again, and sends each message until it is answered. */
class Customer {
  readonly orders: string[] = [];
  readonly #name: string;
  /** Where the shop is now. */
  readonly #url: () => string;
  #sent = 0;

  constructor(name: string, url: () => string) {
    this.#name = name;
    this.#url = url;
  }

  async buy(): Promise<void> {
    const cart = `carts/${this.#name}`;
    await this.#send(`${cart}/articles`, { article: "tea", count: 1 });
    await this.#send(`${cart}/articles`, { article: "mug", count: 2 });
    const { order } = await this.#send(`${cart}/orders`, { card: this.#name });
    this.orders.push(order);
  }

  // deno-lint-ignore no-explicit-any -- JSON
  async #send(path: string, body: unknown): Promise<any> {
    const id = `${++this.#sent}`;
    for (;;) {
      try {
        const response = await post(this.#url(), path, body, id);
        const answer = await response.json();
        if (response.ok) return answer;
        assertEquals(response.status, 503, answer.error);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It was killed.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

programTest("example shop loses no order and takes no money twice when it is killed", async () => {
  await using folder = await scratchFolder();
  let url = "";
  let isOpen = true;
  const customers = ["ann", "bob", "cleo", "dan"].map((name) => new Customer(name, () => url));
  const count = () => customers.reduce((sum, { orders }) => sum + orders.length, 0);
  const all = Promise.all(customers.map(async (customer) => {
    while (isOpen) await customer.buy();
  }));
  for (let round = 0; round < 4; round++) {
    await using shop = startShop(folder.path);
    url = await shop.url();
    const before = count();
    await until(30_000, "some orders", () => count() > before + 3 + round);
    assertEquals(shop.stderr, "");
  }
  await using shop = startShop(folder.path);
  url = await shop.url();
  isOpen = false;
  await all;

  for (const [index, { orders }] of customers.entries()) {
    const name = ["ann", "bob", "cleo", "dan"][index]!;
    for (const number of orders) {
      const isPaid = async () => (await get(url, `orders/${number}`)).status === "paid";
      await until(60_000, `the payment of ${number}`, isPaid);
      const { articles, cents } = await get(url, `orders/${number}`);
      assertEquals({ articles, cents }, { articles: { tea: 1, mug: 2 }, cents: 2_250 });
    }
    const { payments, credit } = await get(url, `cards/${name}`);
    assertEquals(payments.map(({ id }: { id: string }) => id).sort(), orders.toSorted());
    assertEquals(credit, 1_000_000 - orders.length * 2_250);
    assertEquals(await get(url, `carts/${name}`), {});
  }
  assertEquals(await shop.interrupt(), 0);
  assertEquals(shop.stderr, "");
});

programTest(
  "example shop lets carts expire, also those that were due while it was down",
  async () => {
    await using folder = await scratchFolder();
    {
      await using shop = startShop(folder.path, ["--keep-ms", "1000"]);
      const url = await shop.url();
      const response = await post(url, "carts/ann/articles", { article: "tea", count: 1 });
      assertEquals(await response.json(), { tea: 1 });
    }
    await using shop = startShop(folder.path);
    const url = await shop.url();
    await post(url, "carts/bob/articles", { article: "mug", count: 1 }).then((it) => it.json());
    await until(20_000, "the end of the cart", async () => {
      return JSON.stringify(await get(url, "carts/ann")) === "{}";
    });
    assertEquals(await get(url, "carts/bob"), { mug: 1 });
    assertEquals(await shop.interrupt(), 0);
    assertEquals(shop.stderr, "");
    const files = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
    assertEquals(files.sort(), ["shop.db", "shop.db-lock"]);
  },
);

programTest(
  "example shop answers what is sent again as before, and refuses what will not do",
  async () => {
    await using folder = await scratchFolder();
    await using shop = startShop(folder.path);
    const url = await shop.url();
    const order = async (id?: string, card = "1234"): Promise<[number, string]> => {
      const response = await post(url, "carts/ann/orders", { card }, id);
      return [response.status, await response.text()];
    };
    assertEquals(await order("a"), [400, '{"error":"RangeError: The cart is empty"}']);
    await post(url, "carts/ann/articles", { article: "kettle", count: 1 }).then((it) => it.json());
    assertEquals((await order())[0], 400);
    const [status, answer] = await order("a");
    assertEquals(status, 202);
    assertEquals(await order("a"), [202, answer]);
    assertEquals((await order("a", "5678"))[0], 409);
    const { error } = await (await post(url, "carts/ann/articles", { article: "x", count: 1 }))
      .json();
    assertEquals(error, "RangeError: There is no x");
    assertStringIncludes(await (await fetch(url)).text(), "<title>Shop</title>");

    await using other = startShop(folder.path);
    await other.complained(/StoreInUseError: .*another system has it open/);
    assert((await get(url, "carts/ann")).kettle === undefined);
  },
);
