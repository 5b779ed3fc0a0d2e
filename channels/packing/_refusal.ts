/** Thrown inside the walk: a value cannot cross, and why. Each level it passes on its way out adds its step. */
export class Refusal {
  readonly reason: string;
  #path = "";

  constructor(reason: string) {
    this.reason = reason;
  }

  /** The same, met below this step: source text such as `[0]` or `.name`. */
  below(step: string): this {
    this.#path = step + this.#path;
    return this;
  }

  /** Makes the error that a sender sees: `Cannot send message: args[0].onDone is a function`. */
  toError(what: string, root: string, verb: string): TypeError {
    return new TypeError(`Cannot ${verb} ${what}: ${root}${this.#path} ${this.reason}`);
  }
}

/** Makes of what a walk has thrown the error that a sender sees. */
export function errorOf(error: unknown, what: string, root: string, verb = "send"): unknown {
  if (error instanceof Refusal) return error.toError(what, root, verb);
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return new TypeError(`Cannot ${verb} ${what}: ${root} is nested too deeply`, { cause: error });
  }
  return error;
}

/** Names a value that cannot cross, as the end of a sentence. */
export function describe(value: unknown): string {
  if (typeof value === "function") return "is a function";
  if (typeof value === "symbol") return "is a symbol";
  if (value instanceof Promise) return "is a Promise: await it first";
  const { constructor } = value as object;
  // What has the prototype of Object itself is plain.
  if (constructor === Object) {
    return "inherits from an object that is no class: it cannot be copied, send plain data";
  }
  const name = typeof constructor === "function" && constructor.name || "an unnamed class";
  return `is an instance of ${name}, which cannot be copied: send plain data or use registerClass()`;
}

/** Names the way to the value at a position of a list, for the path of a refusal. */
export type Step = (position: number) => string;

/** The step to an item of an array. */
export const indexStep = (position: unknown) => `[${position}]`;
/** The step to a value of a set. */
export const valueStep: Step = (position) => `.values(${position})`;
/** The step to the reason of an aborted signal. */
export const reasonStep: Step = () => ".reason";
/** The step to what has no name of its own. */
export const noStep: Step = () => "";

/** The step to a property: `.name`, or `["odd name"]`. */
export function propertyStep(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The step to a key (even positions) or a value (odd ones) of a map, by its list of entries. */
export function entryStep(entries: readonly unknown[], position: number): string {
  const key = show(entries[position - position % 2]);
  return position % 2 === 0 ? `.keys(${key})` : `.get(${key})`;
}

function show(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "object" || typeof key === "function" ? "..." : String(key);
}
