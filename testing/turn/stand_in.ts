import { HANDLE, type Handle, type HandleToken } from "../../channels/message/handle.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { ActorRef, Ask, Stream, Tell } from "../../actors/vocabulary/actor_ref.ts";
import type { ExitReason } from "../../actors/vocabulary/exit_reason.ts";
import type { Answers, ProtocolOf } from "../protocol.ts";
import { facade } from "./_facade.ts";

/**
 * Makes a reference that stands for an actor where there is no system, as in a {@linkcode turn}: what is told goes nowhere,
 * and an ask or a stream is answered by the functions given, or rejects with a `TypeError` that says that there is none.
 * `stop()` and `terminate()` end it: its `exited` resolves. It cannot go to another thread.
 *
 * @example
 * ```ts
 * import { standIn } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Stock {
 *   take(boxes: number): number;
 *   report(text: string): void;
 * }
 * const stock = standIn<Stock>("stock", { take: (boxes) => 10 - boxes });
 * stock.tell.report("hello");
 * assertEquals(await stock.ask.take(3), 7);
 * ```
 *
 * @typeParam P The handlers, or `typeof` a definition; without it anything may be sent.
 * @param name How it is called in errors and when it is printed.
 * @param answers What it answers asks and streams with; each may also give a promise.
 */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export function standIn<P = any>(
  name: string,
  answers: Answers<ProtocolOf<P>> = {} as Answers<ProtocolOf<P>>,
): ActorRef<ProtocolOf<P>> {
  return new StandIn(name, answers as Record<string, unknown>) as unknown as ActorRef<
    ProtocolOf<P>
  >;
}

/** What stands behind such a reference. */
export class StandIn implements ActorRef<unknown>, Handle {
  readonly id = `stand-in:${thread().platform.uuid()}`;
  readonly name: string;
  readonly tell = facade(() => {}) as Tell<unknown>;
  readonly ask = facade((handler, args) => this.#answer(handler, args)) as Ask<unknown>;
  readonly stream = facade((handler, args) => this.#values(handler, args)) as Stream<unknown>;
  readonly #answers: Record<string, unknown>;
  readonly #exited = Promise.withResolvers<ExitReason>();

  constructor(name: string, answers: Record<string, unknown>) {
    this.name = name;
    this.#answers = answers;
  }

  with(): this {
    return this;
  }

  stop(): Promise<void> {
    this.#exited.resolve({ kind: "shutdown" });
    return Promise.resolve();
  }

  terminate(): Promise<void> {
    this.#exited.resolve({ kind: "killed" });
    return Promise.resolve();
  }

  get exited(): Promise<ExitReason> {
    return this.#exited.promise;
  }

  async #answer(handler: string, args: unknown[]): Promise<unknown> {
    const answer = this.#answers[handler];
    if (typeof answer === "function") return await answer.apply(this.#answers, args);
    const hint = `standIn("${this.name}", { ${handler}: ... })`;
    throw new TypeError(
      `Cannot answer "${handler}": the stand-in "${this.name}" has no answer for it: ${hint}`,
    );
  }

  async *#values(handler: string, args: unknown[]): AsyncGenerator<unknown, undefined, undefined> {
    const values = await this.#answer(handler, args) as Iterator<unknown> | AsyncIterator<unknown>;
    yield* { [Symbol.asyncIterator]: () => values as AsyncIterator<unknown> };
    return undefined;
  }

  [HANDLE](): HandleToken {
    throw new TypeError("is a stand-in, which cannot go to another thread");
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `stand-in "${this.name}"`;
  }
}
