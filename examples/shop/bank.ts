import { type ActorSystem, keyed } from "@troupe/actors";

const LOSSES = 0.05;

/** What was paid with a card. */
export interface Card {
  /** Cents that are left. */
  credit: number;
  readonly payments: { readonly id: string; readonly cents: number }[];
}

/** Stands for the payment provider, which is elsewhere in real life, and knows `once` as idempotency key. */
export const bank = keyed(
  import.meta,
  { kind: "bank", state: (): Card => ({ credit: 1_000_000, payments: [] }), reads: ["get"] },
  (context) => ({
    get: () => context.state,
    charge(cents: number) {
      const { state } = context;
      if (cents > state.credit) return false;
      state.credit -= cents;
      state.payments.push({ id: context.once ?? "", cents });
      return true;
    },
  }),
);

/** Asks the bank over a line that drops now and then, before or after it was heard. */
export async function charge(
  system: Pick<ActorSystem, "at">,
  card: string,
  id: string,
  cents: number,
): Promise<boolean> {
  dropNowAndThen();
  const isPaid = await system.at(bank, card).with({ once: id }).ask.charge(cents);
  dropNowAndThen();
  return isPaid;
}

function dropNowAndThen(): void {
  if (Math.random() < LOSSES) throw new Error("The line to the bank has dropped");
}
