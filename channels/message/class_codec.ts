/** How instances of a class cross between threads. */
export interface ClassCodec<T, D> {
  /** Names the class in messages; the same in every thread, unique in the program. */
  name: string;
  /** Gives the data that stands for an instance: anything that can be sent. */
  encode: (instance: T) => D;
  /** Makes an instance from what `encode` gave. */
  decode: (data: D) => T;
}

/** A registered class, its types forgotten. */
export type AnyClassCodec = ClassCodec<unknown, unknown>;

const byPrototype = new Map<object, AnyClassCodec>();
const byName = new Map<string, AnyClassCodec>();

/** Notes how instances with this prototype cross, in place of what was noted before. */
export function addCodec(prototype: object, codec: AnyClassCodec): void {
  byName.set(codec.name, codec);
  byPrototype.set(prototype, codec);
}

/** Finds how an instance with this prototype crosses. */
export function codecOf(prototype: object): AnyClassCodec | undefined {
  return byPrototype.get(prototype);
}

/** Finds a class by the name it was registered with. */
export function codecNamed(name: string): AnyClassCodec | undefined {
  return byName.get(name);
}
