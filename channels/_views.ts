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

/** Name of the view class with this prototype; none for subclasses, which cloning would flatten. */
export function viewName(prototype: object): string | undefined {
  return names.get(prototype);
}

/**
 * Length of a view in elements, in bytes for a `DataView`; -1 for one that follows the length of its buffer. (A
 * resizable buffer does not say whether a view that reaches its end follows it: such a view is taken to.)
 */
export function lengthOf(view: ArrayBufferView): number {
  const { buffer, byteOffset, byteLength } = view;
  const isResizable = buffer instanceof ArrayBuffer && buffer.resizable;
  if (isResizable && byteOffset + byteLength === buffer.byteLength) return -1;
  return view instanceof DataView ? byteLength : (view as Uint8Array).length;
}

/** Makes a view over a buffer; `length` as {@linkcode lengthOf} gives it. */
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
