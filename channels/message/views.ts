const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;

type ViewClass = new (
  buffer: ArrayBufferLike,
  byteOffset: number,
  length?: number,
) => ArrayBufferView;

const names = new Map<object, string>(VIEWS.map((view) => [view.prototype, view.name]));
const classes = new Map<string, ViewClass>(
  VIEWS.map((view) => [view.name, view as unknown as ViewClass]),
);

/**
 * Name of the view class with this prototype; none for subclasses, which cloning would flatten. Node's `Buffer` is one
 * that is known to hold nothing more.
 */
export function viewName(prototype: object): string | undefined {
  const name = names.get(prototype);
  if (name !== undefined || Object.getPrototypeOf(prototype) !== Uint8Array.prototype) return name;
  // Not imported: most programs never need it, and it takes its time.
  const { Buffer } = globalThis as { Buffer?: { prototype: object } };
  return prototype === Buffer?.prototype ? "Uint8Array" : undefined;
}

/** Makes a view over a buffer; a `length` of -1 follows that of the buffer. */
export function makeView(
  name: string,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): ArrayBufferView {
  const View = classes.get(name);
  if (View === undefined) throw new TypeError(`Cannot receive message: unknown view "${name}"`);
  return length < 0 ? new View(buffer, byteOffset) : new View(buffer, byteOffset, length);
}
