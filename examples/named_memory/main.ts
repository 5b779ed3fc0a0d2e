/**
 * Blocks of memory that others find by their name alone, and that are gone at the end of their scope.
 *
 *     deno task example:named_memory
 *
 * prints
 *
 *     Before: [ 1, 2, 3, 4, 5 ]
 *     After: [ 2, 4, 6, 8, 10 ]
 *     Bytes through the second handle: [ 22, 33, 44, 55, 100 ]
 *     Text through the first handle: howdy
 *     After an error inside: NotFound
 *     After the scope: NotFound
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type ElementType, SharedMemory } from "@troupe/actors/shared";

const double = task(import.meta, async (name: string, length: number, type: ElementType) => {
  using block = await SharedMemory.attach(name);
  const numbers = block.view(type as "f64", 0, length);
  for (let i = 0; i < numbers.length; i++) numbers[i]! *= 2;
});

async function attachAgain(name: string): Promise<string> {
  return await SharedMemory.attach(name).then(() => "found", (error) => error.name);
}

if (import.meta.main) {
  await using system = new ActorSystem();
  {
    await using block = await SharedMemory.create("numbers", 5 * 8);
    const numbers = block.view("f64");
    numbers.set([1, 2, 3, 4, 5]);
    console.log("Before:", [...numbers]);
    await system.run(double, "numbers", 5, "f64");
    console.log("After:", [...numbers]);
  }
  {
    await using first = await SharedMemory.create("ten bytes", 10);
    using second = await SharedMemory.attach("ten bytes");
    first.view("u8").set([22, 33, 44, 55, 100]);
    console.log("Bytes through the second handle:", [...second.view("u8", 0, 5)]);
    new TextEncoder().encodeInto("howdy", second.view("u8"));
    console.log("Text through the first handle:", new TextDecoder().decode(first.view("u8", 0, 5)));
  }
  try {
    await using _block = await SharedMemory.create("careless", 10);
    throw new Error("inside");
  } catch {
    console.log("After an error inside:", await attachAgain("careless"));
  }
  console.log("After the scope:", await attachAgain("numbers"));
}
