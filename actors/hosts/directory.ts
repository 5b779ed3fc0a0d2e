import { shown } from "../../channels/vocabulary/checks.ts";
import { DIRECTORY } from "../messaging/protocol.ts";
import type { Question } from "../messaging/questions.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { Requests } from "../messaging/requests.ts";

/** Who knows the names and places of a system: host 0. */
export interface Leader {
  /** Answers what a host asks. */
  answer(question: Question, from: number): Promise<unknown>;
}

/** The directory of a system as one host sees it: a call on host 0, a request elsewhere. */
export class Directory {
  readonly #index: number;
  readonly #requests: Requests;
  /** Only on host 0. */
  leader: Leader | null = null;

  constructor(index: number, requests: Requests) {
    this.#index = index;
    this.#requests = requests;
  }

  ask(question: Question): Promise<unknown> {
    if (this.leader !== null) return this.leader.answer(question, this.#index);
    return this.#requests.call(0, (id) => [DIRECTORY, id, question]);
  }
}

/** What of a host is needed to find an actor. */
export interface Seeker {
  readonly directory: Directory;
  checkOpen(doing: string): void;
  refOf(at: number, serial: number, name: string | undefined): Target;
}

/**
 * Finds a running actor by its name.
 *
 * @throws {TypeError} Rejects when the name is no text.
 */
export async function find(host: Seeker, name: string): Promise<Target | undefined> {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot find actor: name must be a text, received ${shown(name)}`);
  }
  host.checkOpen("find actor");
  const found = await host.directory.ask(["find", name]) as
    | { at: number; serial: number }
    | null;
  return found === null ? undefined : host.refOf(found.at, found.serial, name);
}
