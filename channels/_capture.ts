import { CaptureWalk, indexStep, noStep } from "./_capture_walk.ts";
import { type Packet, plainPacket } from "./_packet.ts";
import { copyPlain } from "./_plain_copy.ts";
import { Refusal } from "./_refusal.ts";

/** Where a message goes: `"wire"` to another thread, `"here"` to another actor of this one. */
export type Destination = "wire" | "here";

/**
 * Captures values for sending: copies plain data, replaces by markers what JSON lacks, refuses the rest by path.
 *
 * @param what What is sent, for the error: "message", "reply".
 * @param root What the values are called in the error's path.
 * @throws {TypeError} when a value cannot cross; nothing was changed then, no buffer moved.
 */
export function capture(
  values: readonly unknown[],
  destination: Destination,
  what: string,
  root: string,
): Packet {
  const plain = copyPlain(values);
  if (plain !== null) return plainPacket(plain);
  const walk = new CaptureWalk(destination === "here");
  // Arguments are a list; every other root is the one value in it.
  const rootStep = root === "args" ? indexStep : noStep;
  try {
    return walk.run(values, rootStep);
  } catch (error) {
    if (error instanceof Refusal) throw error.toError(what, root);
    if (error instanceof RangeError && error.message.includes("call stack")) {
      throw new TypeError(`Cannot send ${what}: ${root} is nested too deeply`, { cause: error });
    }
    throw error;
  }
}
