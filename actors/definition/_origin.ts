import { stackOf } from "../../channels/message/error_codec.ts";
import { thread } from "../../channels/thread/thread.ts";

// Deeper than a module calls functions that make its definitions.
const FRAMES = 50;
// Three of this module, that of the registry, and that of `actor()` or `task()`.
const OWN_FRAMES = 5;
const LOCATION = /\(?([a-z][\w+.-]*:.*:\d+:\d+)\)?$/;
const OF_THE_RUNTIME = /^(ext|node):/;

/**
 * Where in a program a definition was made: what tells two from each other whose source is the same, because one
 * function has made both of them.
 */
export class Origin {
  readonly #url: string;
  readonly #isLate: boolean;
  #error: Error | null;
  #place = "";

  /**
   * Notes the place of the caller of `actor()` or `task()`.
   *
   * @param url The module that the definition belongs to.
   * @param isLate Whether that module may have been evaluated before.
   */
  constructor(url: string, isLate: boolean) {
    this.#url = url;
    this.#isLate = isLate;
    this.#error = withSetting("stackTraceLimit", FRAMES, () => new Error());
  }

  /**
   * The same in all threads for what is made while a module is evaluated, by the same calls; else the same in this
   * thread only. The text costs more than a stack, so it is made when it is asked for.
   */
  get place(): string {
    if (this.#error !== null) this.#place = this.#describe(this.#error);
    this.#error = null;
    return this.#place;
  }

  #describe(error: Error): string {
    // What a program makes of stacks in one thread need not be what it makes of them in another.
    const stack = withSetting("prepareStackTrace", undefined, () => stackOf(error));
    const frames = stack.split("\n").filter((line) => /^\s+at (?!async )/.test(line))
      .map((line) => line.trim().slice("at ".length)).slice(OWN_FRAMES);
    const url = decoded(this.#url);
    const places = frames.map((frame) => decoded(LOCATION.exec(frame)?.[1] ?? ""))
      .filter((place) => place !== "" && !OF_THE_RUNTIME.test(place))
      .map((place) => place.startsWith(`${url}:`) ? place.slice(url.length + 1) : place);
    const text = places.join(" < ");
    return this.#isLate && !isTopLevel(frames.at(-1))
      ? `${text} in thread ${thread().number}`
      : text;
  }
}

/** A URL without escapes: stacks of workers show it decoded once, those of the main thread as it is. */
function decoded(url: string): string {
  if (!url.includes("%")) return url;
  try {
    return decoded(decodeURIComponent(url));
  } catch {
    // A percent sign that is part of a name.
    return url;
  }
}

/** Whether a frame is a module's own, going on after a top-level `await`: it has no name, and nothing called it. */
function isTopLevel(frame: string | undefined): boolean {
  return frame !== undefined && !frame.endsWith(")") && !OF_THE_RUNTIME.test(frame);
}

/** Runs a function with another value of a setting of `Error`, where the program allows that. */
function withSetting<T>(
  name: "stackTraceLimit" | "prepareStackTrace",
  value: unknown,
  fn: () => T,
): T {
  const before: unknown = Reflect.get(Error, name);
  if (before === value) return fn();
  Reflect.set(Error, name, value);
  try {
    return fn();
  } finally {
    Reflect.set(Error, name, before);
  }
}
