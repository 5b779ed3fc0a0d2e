import type { CaptureWalk } from "./_capture_walk.ts";
import { ChannelClosedError, HostLostError, RemoteError } from "./errors.ts";
import type { EncodedError } from "./_marker.ts";

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
  DOMException,
  RemoteError,
  HostLostError,
  ChannelClosedError,
});
registerErrors(Deno.errors, "Deno.");

const STANDARD_FIELDS = ["cause", "errors"];
const OWN_TEXTS = new Set(["message", "stack", "name"]);

/** Describes an error for another thread. What it holds and cannot cross is replaced by a text. */
export function encodeError(
  error: Error,
  walk: CaptureWalk,
): { error: EncodedError; fields: unknown[] } {
  const stack = readText(error, "stack");
  return {
    error: {
      class: tags.get(Object.getPrototypeOf(error)) ?? null,
      name: readText(error, "name") ?? "Error",
      message: readText(error, "message") ?? "",
      stack,
    },
    fields: encodeFields(error as Error & Record<string, unknown>, walk),
  };
}

function encodeFields(error: Error & Record<string, unknown>, walk: CaptureWalk): unknown[] {
  const own = error instanceof DOMException ? [] : Object.keys(error);
  const fields: unknown[] = [];
  for (const key of new Set([...own, ...STANDARD_FIELDS])) {
    if (OWN_TEXTS.has(key) || !Object.hasOwn(error, key)) continue;
    const isList = key === "errors" && Array.isArray(error.errors);
    fields.push(
      key,
      isList
        ? walk.guardedList(error.errors as unknown[], mention)
        : walk.guarded(() => error[key], mention),
    );
  }
  return fields;
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
  const error = makeError(encoded);
  if (encoded.stack !== null) hide(error, "stack", encoded.stack);
  return error;
}

/** Gives a decoded error its fields: flat pairs of key and value. */
export function defineFields(error: Error, fields: readonly unknown[]): void {
  for (let index = 0; index < fields.length; index += 2) {
    const key = fields[index] as string;
    const value = fields[index + 1];
    if (STANDARD_FIELDS.includes(key)) hide(error, key, value);
    else Object.defineProperty(error, key, { ...OPEN, enumerable: true, value });
  }
}

const OPEN = { writable: true, configurable: true };

function makeError({ class: tag, name, message }: EncodedError): Error {
  if (tag === "DOMException") return new DOMException(message, name);
  const error = new Error(message);
  Object.setPrototypeOf(error, classes.get(tag ?? "RemoteError") ?? RemoteError.prototype);
  if (error.name !== name) hide(error, "name", name);
  return error;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { ...OPEN, value });
}
