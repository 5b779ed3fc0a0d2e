import {
  HANDLE,
  type Handle,
  type HandleOutlet,
  type HandleToken,
  HERE,
} from "../../channels/message/handle.ts";
import { copyHere } from "../../actors/cell/copy_here.ts";
import type {
  ActorRef,
  Ask,
  StopOptions,
  Stream,
  Tell,
} from "../../actors/vocabulary/actor_ref.ts";
import type { ExitReason } from "../../actors/vocabulary/exit_reason.ts";
import type { WaitOptions } from "../../actors/vocabulary/options.ts";
import { facade } from "./_facade.ts";
import type { Notes } from "./_notes.ts";
import { replaceRefs } from "./_references.ts";

// deno-lint-ignore no-explicit-any -- any protocol
type AnyRef = ActorRef<any>;

/** Where the effects of the turn that goes on are noted. */
export interface Notebook {
  readonly notes: Notes;
}

/** A reference as an actor has it whose turn is looked at: what is sent by it is noted, and then really sent. */
export class NotedRef implements ActorRef<unknown>, Handle {
  readonly real: AnyRef;
  readonly tell = facade((...call) => this.#tell(...call)) as Tell<unknown>;
  readonly ask = facade((...call) => this.#ask(...call)) as Ask<unknown>;
  readonly stream = facade((...call) => this.#stream(...call)) as Stream<unknown>;
  readonly #by: AnyRef;
  readonly #book: Notebook;

  /** @param by The same with limits. */
  constructor(real: AnyRef, book: Notebook, by: AnyRef = real) {
    this.real = real;
    this.#book = book;
    this.#by = by;
  }

  get id(): string {
    return this.real.id;
  }

  get name(): string | undefined {
    return this.real.name;
  }

  get exited(): Promise<ExitReason> {
    return this.real.exited;
  }

  with(options: WaitOptions): NotedRef {
    return new NotedRef(this.real, this.#book, this.#by.with(options));
  }

  stop(options?: StopOptions): Promise<void> {
    this.#book.notes.ended.push({ to: this.real, how: "stop" });
    return this.real.stop(options);
  }

  terminate(): Promise<void> {
    this.#book.notes.ended.push({ to: this.real, how: "terminate" });
    return this.real.terminate();
  }

  #tell(handler: string, args: unknown[]): void {
    this.#by.tell[handler](...this.#note("told", handler, args));
  }

  async #ask(handler: string, args: unknown[]): Promise<unknown> {
    const result = await this.#by.ask[handler](...this.#note("asked", handler, args));
    return this.#received(result);
  }

  #stream(handler: string, args: unknown[]): AsyncGenerator<unknown, undefined, undefined> {
    return this.#values(this.#by.stream[handler](...this.#note("streamed", handler, args)));
  }

  async *#values(values: AsyncIterable<unknown>): AsyncGenerator<unknown, undefined, undefined> {
    for await (const value of values) yield this.#received(value);
    return undefined;
  }

  /** Gives the arguments as they are sent. */
  #note(how: "told" | "asked" | "streamed", handler: string, args: unknown[]): unknown[] {
    const copies = copyHere(args, "message", "args");
    this.#book.notes[how].push({ to: this.real, handler, args: copies });
    return copies;
  }

  #received(value: unknown): unknown {
    return noteRefs(copyHere([value], "reply", "result"), this.#book)[0];
  }

  // Elsewhere, and in what was noted, it is the reference of the test.

  [HANDLE](outlet: HandleOutlet): HandleToken {
    return (this.real as unknown as Handle)[HANDLE](outlet);
  }

  [HERE](outlet: HandleOutlet): number {
    return outlet.attach(this.real);
  }
}

/** Values that were copied for an actor, with each reference in them as it is to have it. */
export function noteRefs(values: unknown[], book: Notebook): unknown[] {
  return replaceRefs(values, (ref) => new NotedRef(ref, book));
}
