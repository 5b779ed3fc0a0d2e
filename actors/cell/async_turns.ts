import type { Ending } from "./_ending.ts";
import type { Item } from "./item.ts";

/** Turns that nobody waits for: their code may go on, their actor does not wait for it. */
const abandoned = new WeakSet<Item>();

/** Whether a turn was abandoned: it keeps nobody waiting any more. */
export function isAbandoned(turn: Item): boolean {
  return abandoned.has(turn);
}

/** The async turns of an actor that go on. */
export class Turns {
  readonly #items = new Set<Item>();

  get size(): number {
    return this.#items.size;
  }

  add(item: Item): void {
    this.#items.add(item);
  }

  /** False when it was not one of them. */
  delete(item: Item): boolean {
    return this.#items.delete(item);
  }

  /**
   * A message has come that one of these turns waits for in the end, through the handlers of its chain: says so to
   * that turn, whose timeout will name the circle.
   *
   * @param actor How the actor is called in chains.
   */
  noteCircle(actor: string, { label, chain }: Item): void {
    if (chain === null) return;
    for (const turn of this.#items) {
      const start = chain.indexOf(`${actor}.${turn.label}`);
      if (start >= 0) turn.circle = [...chain.slice(start), `${actor}.${label}`];
    }
  }

  /** Rejects what the turns were to answer, and ends the streams that they read. */
  abandon(actor: string, ending: Ending): void {
    for (const item of this.#items) {
      const { label, reply, streams } = item;
      abandoned.add(item);
      const error = () => ending.errorFor(actor, `finish "${label}"`);
      reply?.reject(error(), true);
      for (const stream of streams ?? []) stream.abandon(error());
    }
  }
}
