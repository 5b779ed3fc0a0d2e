/** Chooses by (seed, site, count): what one site draws says nothing of what another one does. */
export class Choices {
  readonly #seed: number;

  /** @param seed An integer. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The place in the program that chooses; two with the same name choose alike. */
  site(name: string): Site {
    return new Site(mix(this.#seed ^ textHash(name)));
  }
}

/** One place that chooses, again and again. */
export class Site {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  /** From 0 to 1, never 1. */
  next(): number {
    // G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014: a counter that is mixed.
    this.#state = this.#state + 0x9e3779b9 | 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** An integer from 0 up to and without `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** An integer of a range. */
  from([least, most]: readonly [number, number]): number {
    return least + this.below(most - least + 1);
  }

  /** A number of a range of which each order of magnitude is as likely. */
  scale(least: number, most: number): number {
    return least * (most / least) ** this.next();
  }

  /** A waiting time with this mean, as between things that know nothing of each other. */
  gap(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }
}

/** Mixes 32 bits, so that each of the result depends on all of them. */
function mix(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ mixed >>> 16, 0x85ebca6b);
  mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return (mixed ^ mixed >>> 16) >>> 0;
}

/** FNV-1a. */
export function textHash(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
