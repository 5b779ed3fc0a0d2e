import { keyed } from "@troupe/actors";
import { charge } from "./bank.ts";

/** What was ordered. */
export interface Order {
  readonly articles: Readonly<Record<string, number>>;
  readonly cents: number;
  readonly card: string;
  status: "placed" | "paid" | "declined";
}

/** An order that has found its way here, and is paid as soon as the bank lets it. */
export const order = keyed(
  import.meta,
  { kind: "order", state: (): Order | null => null, reads: ["get"] },
  (context, number) => ({
    get: () => context.state,

    place(articles: Order["articles"], cents: number, card: string) {
      context.state = { articles, cents, card, status: "placed" };
      context.alarm("pay", { afterMs: 0 }).pay();
    },

    /** An alarm whose handler throws goes off again, after a second, two, four... */
    async pay() {
      const { cents, card } = context.state!;
      // The bank is not part of this turn: what it has done is not undone when the line drops or the process
      // dies. Asked again with the same number, it answers what it has answered then.
      const isPaid = await charge(context.system, card, number, cents);
      context.state!.status = isPaid ? "paid" : "declined";
    },
  }),
);
