/** An actor on another host that is to end. */
interface Order {
  readonly at: number;
  readonly serial: number;
}

/**
 * The orders to end that this host has given to actors on other hosts, while somebody waits for them. Should such a
 * host be lost meanwhile, nobody starts these actors again, wherever they belong.
 */
export class Orders {
  readonly #orders = new Set<Order>();

  /** Notes an order until what was given for it has come to its end. */
  async during<T>(at: number, serial: number, obeyed: () => Promise<T>): Promise<T> {
    const order = { at, serial };
    this.#orders.add(order);
    try {
      return await obeyed();
    } finally {
      this.#orders.delete(order);
    }
  }

  /** The actors of a host that are to end. */
  of(at: number): number[] {
    return [...this.#orders].filter((order) => order.at === at).map(({ serial }) => serial);
  }
}
