import { type PipeEnd, task } from "@troupe/actors";

/** What main sends: a list, then bytes. */
export type Message = (number | string | null)[] | Uint8Array;

/** Receives a list, answers with bytes, and receives numbers into a buffer. */
export const receive = task(import.meta, async (end: PipeEnd<Uint8Array, Message>) => {
  console.log("The worker received", await end.receive());
  await end.sendBytes(new TextEncoder().encode("thank you"));

  const numbers = new Int32Array(10);
  const byteLength = await end.receiveInto(numbers);
  console.log(`The worker received ${byteLength} bytes: ${numbers.join(" ")}`);
  end.close();
});
