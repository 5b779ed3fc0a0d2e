import { keyed } from "@troupe/actors";
import { order } from "./order.ts";

/** What there is to buy, in cents. */
export const PRICES: Readonly<Record<string, number>> = { tea: 450, mug: 900, kettle: 3_900 };

/** How many of each article. */
export type Articles = Record<string, number>;

/** What somebody has chosen. Each handler is a transaction: what it does is kept together, or not at all. */
export const cart = keyed(
  import.meta,
  { kind: "cart", state: (): Articles => ({}), reads: ["get"] },
  (context) => ({
    get: () => context.state,

    /** The whole cart is forgotten when nothing was added for `keepMs`. */
    add(article: string, count: number, keepMs: number) {
      if (!Object.hasOwn(PRICES, article)) throw new RangeError(`There is no ${article}`);
      context.state[article] = (context.state[article] ?? 0) + count;
      context.alarm("expire", { afterMs: keepMs }).expire(); // takes the place of the one before
      return context.state;
    },

    /** Makes an order of the cart; resolves to its number. */
    checkOut(card: string) {
      const articles = { ...context.state };
      const cents = Object.entries(articles).reduce((sum, [name, n]) => sum + PRICES[name]! * n, 0);
      if (cents === 0) throw new RangeError("The cart is empty");
      const number = crypto.randomUUID();
      context.post(order, number).place(articles, cents, card); // leaves with the commit
      context.forget(); // the alarm, too
      return number;
    },

    expire: () => context.forget(),
  }),
);
