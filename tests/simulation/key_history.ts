import { assert, assertEquals } from "@std/assert";

/** A call as its client has seen it. */
interface Call {
  readonly id: string;
  /** When it was called. */
  readonly from: number;
  /** When it was answered; `Infinity` while it is not, and when nobody knows what became of it. */
  until: number;
  /** How many effects there were after it; unknown where nobody has said so. */
  position: number | null;
  /** Whether it has changed nothing for certain. */
  isRefused: boolean;
  readonly isRead: boolean;
}

/**
 * What clients have seen of one actor whose state is the list of all effects that there were, each with an id of its
 * own. Of such an actor it is known exactly whether what they have seen is linearizable: the list says in which order
 * things took effect, and each call must have done so between its beginning and its answer.
 */
export class KeyHistory {
  readonly #calls: Call[] = [];
  readonly #seen: string[][] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A client calls. */
  begin(id: string, isRead = false): Call {
    const until = Infinity;
    const call = { id, from: this.#now(), until, position: null, isRefused: false, isRead };
    this.#calls.push(call);
    return call;
  }

  /** It is answered: so many effects there were then. */
  answered(call: Call, position: number): void {
    // The same answer may come more than once.
    call.until = Math.min(call.until, this.#now());
    if (call.position !== null) assertEquals(position, call.position, `two answers: ${call.id}`);
    call.position = position;
  }

  /** It has changed nothing, as it seems. */
  refused(call: Call): void {
    call.isRefused = true;
  }

  /** Somebody has seen these effects. */
  saw(effects: readonly string[]): void {
    this.#seen.push([...effects]);
  }

  /** @throws when a list of all effects in the end, in order, is not what these clients can have seen. */
  check(effects: readonly string[]): void {
    const positions = new Map(effects.map((id, at) => [id, at + 1]));
    assertEquals(positions.size, effects.length, `there twice: ${twice(effects)}`);
    for (const seen of this.#seen) assertEquals(seen, effects.slice(0, seen.length), "gone again");
    for (const call of this.#calls) this.#checkOne(call, positions);
    this.#checkOrder(positions);
  }

  #checkOne({ id, position, isRefused, isRead }: Call, positions: Positions): void {
    if (isRead) return;
    const found = positions.get(id);
    if (isRefused) assert(found === undefined, `refused, but there: ${id}`);
    if (position !== null) assertEquals(found, position, `acknowledged, but not there: ${id}`);
  }

  /** Nothing takes effect before what had been answered when it began. */
  #checkOrder(positions: Positions): void {
    const answered = this.#calls.filter(({ position }) => position !== null)
      .sort((one, other) => one.until - other.until);
    let at = 0;
    let least = 0;
    for (const call of this.#calls.toSorted((one, other) => one.from - other.from)) {
      for (; at < answered.length && answered[at]!.until < call.from; at++) {
        least = Math.max(least, answered[at]!.position!);
      }
      const position = call.isRead ? call.position : positions.get(call.id) ?? null;
      if (position === null) continue;
      assert(
        call.isRead ? position >= least : position > least,
        `${call.id} is from before ${least}, which was known when it began: ${position}`,
      );
    }
  }
}

type Positions = ReadonlyMap<string, number>;

function twice(ids: readonly string[]): string {
  return ids.filter((id, at) => ids.indexOf(id) !== at).join();
}
