/**
 * Random values that structured clone can copy: nested mixtures with shared references and cycles.
 *
 * @module
 */

/** Gives numbers from 0 to below 1. */
export type Random = () => number;

/** The generator "mulberry32": the same numbers for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

const KEYS = ["a", "b", "$", "__proto__", "constructor", "then", "", "0", "2", "k".repeat(50), "é"];
const SCALARS: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => NaN,
  () => -0,
  () => Infinity,
  () => 0,
  () => 1.5,
  () => -(2 ** 40),
  () => 12n,
  () => "",
  () => "text \ud800 \u2028",
  () => "long".repeat(9_000),
  () => '{"$":["undefined"]}',
];

/** Makes one value. */
export function randomValue(random: Random): unknown {
  return new Maker(random).value(2 + random() * 5);
}

class Maker {
  readonly #random: Random;
  readonly #made: object[] = [];
  #budget = 120;

  constructor(random: Random) {
    this.#random = random;
  }

  value(depth: number): unknown {
    const dice = this.#random();
    if (depth <= 0 || this.#budget-- <= 0 || dice < 0.3) return this.#pick(SCALARS)();
    if (dice < 0.42 && this.#made.length > 0) return this.#pick(this.#made);
    // Now and then a long tunnel, which leads below the depth limit.
    if (dice > 0.995) return this.#tunnel(depth - 1);
    return this.#object(depth - 1);
  }

  #object(depth: number): object {
    const count = Math.floor(this.#random() * 5);
    switch (Math.floor(this.#random() * 11)) {
      case 0:
      case 1:
        return this.#fill([] as unknown[], count, (list) => list.push(this.value(depth)));
      case 2: {
        const list = new Array<unknown>(count + 3);
        return this.#fill(list, count, () => list[this.#below(count + 3)] = this.value(depth));
      }
      case 3:
      case 4:
      case 5:
        return this.#fill({}, count, (record) => {
          const value = this.value(depth);
          const key = this.#pick(KEYS);
          Object.defineProperty(record, key, {
            value,
            enumerable: true,
            writable: true,
            configurable: true,
          });
        });
      case 6:
        return this.#fill(
          new Map(),
          count,
          (map) => map.set(this.value(depth), this.value(depth)),
        );
      case 7:
        return this.#fill(new Set(), count, (set) => set.add(this.value(depth)));
      case 8:
        return this.#keep(this.#binary());
      case 9:
        return this.#keep(this.#pick([new Date(count), new Date(NaN), /a+/g, new RegExp("[/]")]));
      default:
        return this.#keep(Object(this.#pick<unknown>([-0, "boxed", true, 5n, NaN])));
    }
  }

  /** Announces a container before it is filled, so that it can get into itself. */
  #fill<T extends object>(container: T, count: number, add: (container: T) => unknown): T {
    this.#keep(container);
    for (let times = 0; times < count; times++) add(container);
    return container;
  }

  #binary(): object {
    const known = this.#made.filter((value) => value instanceof ArrayBuffer);
    const isNew = known.length === 0 || this.#random() < 0.5;
    const buffer = isNew
      ? new ArrayBuffer(16, this.#pick([{}, { maxByteLength: 32 }]))
      : this.#pick(known);
    if (isNew) this.#keep(buffer);
    new Uint8Array(buffer).fill(this.#below(256));
    return this.#pick<object>([
      buffer,
      new Uint8Array(buffer, this.#below(8), 4),
      new Float64Array(buffer, 8, 1),
      new DataView(buffer, 2, 9),
    ]);
  }

  #tunnel(depth: number): unknown {
    let value = this.value(depth);
    for (let level = this.#below(400); level > 0; level--) {
      value = this.#pick([(inner: unknown) => [inner], (inner: unknown) => ({ inner })])(value);
      if (level % 50 === 0) this.#keep(value as object);
    }
    return value;
  }

  #keep<T extends object>(value: T): T {
    this.#made.push(value);
    return value;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }
}
