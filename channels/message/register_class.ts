import {
  addCodec,
  type AnyClassCodec,
  type ClassCodec,
  codecNamed,
  codecOf,
} from "./class_codec.ts";

/**
 * Lets instances of a class be sent in messages. Without it an instance is refused, because structured clone would
 * silently flatten it to a plain object.
 *
 * Both threads have to run the call, so put it beside the class at the top level of its module. A thread that only
 * stores values for others, as a `Manager` does, need not know the class. Subclasses need a call of their own. What
 * `encode` returns is packed by itself: an object that it shares with the rest of the message arrives as a copy of its
 * own.
 *
 * @example Send an amount of money
 * ```ts
 * import { actor, ActorSystem, registerClass } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class Money {
 *   constructor(readonly cents: bigint, readonly currency: string) {}
 *   toString() {
 *     return `${this.cents} ${this.currency}`;
 *   }
 * }
 * registerClass(Money, {
 *   name: "Money",
 *   encode: (money) => [money.cents, money.currency] as const,
 *   decode: ([cents, currency]) => new Money(cents, currency),
 * });
 * const printer = actor(import.meta, () => ({ print: (money: Money) => money.toString() }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(printer);
 * assertEquals(await ref.ask.print(new Money(995n, "EUR")), "995 EUR");
 * ```
 *
 * @typeParam T The class's instances.
 * @typeParam D What stands for an instance in a message.
 * @throws {TypeError} when the name is taken by another class.
 */
export function registerClass<T extends object, D>(
  // deno-lint-ignore no-explicit-any -- any constructor will do: only its prototype is used
  constructor: abstract new (...args: any[]) => T,
  codec: ClassCodec<T, D>,
): void {
  const { prototype } = constructor;
  const known = codecNamed(codec.name);
  if (known !== undefined && codecOf(prototype) !== known) {
    throw new TypeError(`Cannot register class: the name "${codec.name}" is taken`);
  }
  addCodec(prototype, codec as unknown as AnyClassCodec);
}
