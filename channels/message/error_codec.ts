import { frameless } from "../vocabulary/frameless.ts";
import { ChannelClosedError, HostLostError, RemoteError } from "../vocabulary/errors.ts";
import type { EncodedError } from "./marker.ts";

const classes = new Map<string, object>();
const tags = new Map<object, string>();

// deno-lint-ignore no-explicit-any -- only the prototype is used
type ErrorClass = abstract new (...args: any[]) => Error;

/** Lets errors of these classes come back as themselves, without their constructors being run. */
export function registerErrors(errors: Record<string, ErrorClass>, prefix = ""): void {
  for (const [name, { prototype }] of Object.entries(errors)) {
    classes.set(prefix + name, prototype);
    tags.set(prototype, prefix + name);
  }
}

registerErrors({
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  SuppressedError,
  DOMException,
  QuotaExceededError,
  HostLostError,
  ChannelClosedError,
});
registerErrors(Deno.errors, "Deno.");
registerErrors(classesOf(WebAssembly), "WebAssembly.");

/** The error classes in a namespace of the platform. */
function classesOf(namespace: object): Record<string, ErrorClass> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(namespace))
    .map(([name, { value }]) => [name, value as ErrorClass] as const);
  return Object.fromEntries(all.filter(([, each]) => each?.prototype instanceof Error));
}

// What the platform hides from enumeration in errors that it makes; hidden fields of others do not cross.
const HIDDEN_FIELDS = ["cause", "errors", "error", "suppressed"];
const OWN_TEXTS = new Set(["message", "stack", "name"]);

/** What captures the fields of an error; something else takes the place of a value that cannot cross. */
export interface ErrorOutlet {
  /** Captures one value. */
  guarded(read: () => unknown, replacement: (value: unknown) => unknown): unknown;
  /** Captures each item of a list by itself. */
  guardedList(list: unknown[], replacement: (value: unknown) => unknown): unknown;
}

/**
 * Describes an error for another thread. What it holds and cannot cross is replaced by a text.
 *
 * @param keepsStack Whether its stack goes with it, which names files.
 */
export function encodeError(
  error: Error,
  outlet: ErrorOutlet,
  keepsStack = true,
): { error: EncodedError; fields: unknown[] } {
  const shown = error instanceof DOMException ? [] : Object.keys(error);
  const keys: string[] = [];
  for (const key of HIDDEN_FIELDS) {
    if (Object.hasOwn(error, key) && !shown.includes(key)) keys.push(key);
  }
  const hidden = keys.length;
  for (const key of shown) {
    if (!OWN_TEXTS.has(key)) keys.push(key);
  }
  const tag = tags.get(Object.getPrototypeOf(error)) ?? null;
  return {
    error: {
      class: tag,
      name: readText(error, "name") ?? "Error",
      message: readText(error, "message") ?? "",
      stack: keepsStack ? readText(error, "stack") : null,
      hidden,
      quota: tag === "QuotaExceededError" ? quotaOf(error as QuotaExceededError) : undefined,
    },
    fields: encodeFields(error as Error & Record<string, unknown>, keys, outlet),
  };
}

function encodeFields(
  error: Error & Record<string, unknown>,
  keys: readonly string[],
  outlet: ErrorOutlet,
): unknown[] {
  return keys.flatMap((key) => {
    const list = key === "errors" ? listIn(() => error.errors) : null;
    const read = () => error[key];
    return [key, list !== null ? outlet.guardedList(list, mention) : outlet.guarded(read, mention)];
  });
}

function listIn(read: () => unknown): unknown[] | null {
  try {
    const value = read();
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function quotaOf({ quota, requested }: QuotaExceededError): EncodedError["quota"] {
  return { ...quota !== null && { quota }, ...requested !== null && { requested } };
}

/** The stack of an error, also where a program makes something else of stacks than text. */
export function stackOf(error: Error): string {
  return readText(error, "stack") ?? "";
}

/** A text of an error; some have getters that fail. */
function readText(error: Error, key: "name" | "message" | "stack"): string | null {
  try {
    return error[key] === undefined ? null : String(error[key]);
  } catch (failure) {
    return `[${key} could not be read: ${failure instanceof Error ? failure.message : failure}]`;
  }
}

function mention(value: unknown): string {
  if (!(value instanceof Error)) return `[${typeof value}]`;
  return `[${readText(value, "name")}: ${readText(value, "message")}]`;
}

/** Makes the error that stands here for one of another thread; its fields follow. */
export function decodeError(encoded: EncodedError): Error {
  const error = frameless(() => makeError(encoded));
  if (encoded.stack !== null) hide(error, "stack", encoded.stack);
  return error;
}

/** Gives a decoded error its fields: flat pairs of key and value. */
export function defineFields(error: Error, { hidden }: EncodedError, fields: readonly unknown[]) {
  for (let index = 0; index < fields.length; index += 2) {
    const key = fields[index] as string;
    const value = fields[index + 1];
    if (index < 2 * hidden) hide(error, key, value);
    else Object.defineProperty(error, key, { ...OPEN, enumerable: true, value });
  }
}

const OPEN = { writable: true, configurable: true };

function makeError({ class: tag, name, message, quota }: EncodedError): Error {
  if (tag === "DOMException") return new DOMException(message, name);
  if (tag === "QuotaExceededError") {
    return new QuotaExceededError(message, quota);
  }
  const error = new Error(message);
  Object.setPrototypeOf(error, classes.get(tag ?? "") ?? RemoteError.prototype);
  if (error.name !== name) hide(error, "name", name);
  return error;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { ...OPEN, value });
}
