import { decodeStored, isSameStored, type Stored } from "../../channels/message/stored.ts";
import { encodeStored } from "../../channels/packing/stored.ts";
import { isThenable } from "../../channels/vocabulary/thenable.ts";
import type { HandleReviver } from "../../channels/message/handle.ts";
import type { StateRules } from "../definition/durable_rules.ts";
import { StateVersionError } from "../vocabulary/errors.ts";

type Handles = ReadonlyMap<string, HandleReviver>;

/** The state of one durable actor: what its last finished turn has left, and what the turn that goes on makes of it. */
export class StateBox {
  readonly #id: string;
  readonly #key: string;
  readonly #rules: StateRules;
  readonly #handles: Handles;
  /** As it is stored, or will be; `null`: as it begins. */
  #stored: Stored | null;
  /** Version of the code that has written it. */
  #version: number;
  /** What the draft was made of. */
  #base: Stored | null = null;
  #draft: { readonly value: unknown } | null = null;
  #view: { readonly value: unknown } | null = null;
  #isTouched = false;

  /** @throws {StateVersionError} when newer code has written it. */
  constructor(
    id: string,
    key: string,
    rules: StateRules,
    handles: Handles,
    stored: Stored | null,
    version: number,
  ) {
    if (stored !== null && version > rules.version) {
      throw new StateVersionError(id, version, rules.version);
    }
    this.#id = id;
    this.#key = key;
    this.#rules = rules;
    this.#handles = handles;
    this.#stored = stored;
    this.#version = stored === null ? rules.version : version;
  }

  /** For the turn that goes on, to read and to change. */
  get draft(): unknown {
    this.#isTouched = true;
    if (this.#draft === null) {
      this.#base = this.#stored ?? this.#atBegin();
      this.#draft = { value: this.#make(this.#base) };
    }
    return this.#draft.value;
  }

  /** Puts another value in the place of the draft. */
  set draft(value: unknown) {
    // What it is compared with.
    void this.draft;
    this.#draft = { value };
  }

  /** What the last finished turn has left; nobody can change it, as far as plain data goes. */
  get view(): unknown {
    return (this.#view ??= { value: frozen(this.#make(this.#stored ?? this.#atBegin())) }).value;
  }

  /**
   * The turn is over: what is to be stored, `undefined` when nothing has changed.
   *
   * @throws {TypeError} when the state cannot be stored. It has to be rolled back then.
   */
  finish(): Stored | undefined {
    if (!this.#isTouched) return undefined;
    const { value } = this.#draft!;
    const text = this.#encode(value);
    this.#isTouched = false;
    if (this.#version === this.#rules.version && isSameStored(text, this.#base)) return undefined;
    this.#stored = this.#base = text;
    this.#version = this.#rules.version;
    this.#view = null;
    return text;
  }

  /** The turn is undone: the next one finds a new object. */
  rollBack(): void {
    this.#isTouched = false;
    this.#draft = null;
  }

  /** The turn that goes on finds the state as it begins. */
  beginAnew(): void {
    this.draft = decodeStored(this.#atBegin(), this.#handles);
  }

  /**
   * The same as {@linkcode StateBox.finish} for a turn in which all was forgotten: `null` for a state as it begins.
   *
   * @throws {TypeError} when the state cannot be stored. It has to be rolled back then.
   */
  finishAnew(): Stored | null {
    const text = this.#encode(this.draft);
    const isAtBegin = isSameStored(text, this.#atBegin());
    this.#isTouched = false;
    this.#base = text;
    this.#stored = isAtBegin ? null : text;
    this.#version = this.#rules.version;
    this.#view = null;
    return this.#stored;
  }

  #encode(value: unknown): Stored {
    return encodeStored(value, `state of "${this.#id}"`, "state");
  }

  /** The state of a key that was never stored: a copy of it, since the program may give the same object each time. */
  #atBegin(): Stored {
    const value = this.#rules.state(this.#key);
    if (!isThenable(value)) return this.#encode(value);
    throw new TypeError(
      `Cannot begin state of "${this.#id}": state must return it at once, not a promise; load in setup`,
    );
  }

  #make(stored: Stored): unknown {
    const value = decodeStored(stored, this.#handles);
    const { migrate, version } = this.#rules;
    return this.#version < version && migrate !== null ? migrate(value, this.#version) : value;
  }
}

/** Freezes plain data, maps and sets, however deep. */
function frozen(value: unknown): unknown {
  const left = [value];
  for (let each = left.pop(); left.length > 0 || each !== undefined; each = left.pop()) {
    if (typeof each !== "object" || each === null || Object.isFrozen(each)) continue;
    if (each instanceof Map || each instanceof Set) {
      left.push(...each.keys(), ...each.values());
      for (const name of ["set", "add", "delete", "clear"]) {
        if (name in each) Object.defineProperty(each, name, { value: refuse });
      }
      Object.freeze(each);
      continue;
    }
    const prototype = Object.getPrototypeOf(each);
    if (!Array.isArray(each) && prototype !== Object.prototype && prototype !== null) continue;
    Object.freeze(each);
    left.push(...Object.values(each));
  }
  return value;
}

function refuse(): never {
  throw new TypeError("Cannot change the state: setup and handlers of reads only read");
}
