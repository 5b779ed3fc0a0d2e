/**
 * Lists of different values in shared memory: Python's ShareableList.
 *
 *     deno task example:shared_list
 *
 * prints
 *
 *     Types: string Uint8Array number number null boolean number
 *     Element 2: -273.154
 *     Element 2: -78.5
 *     Element 2: dry ice
 *     Refused: Cannot set element 2 of SharedList: its slot has 8 bytes, received 12
 *     Element 2: dry ice
 *     Length 7, 42 is at 6, howdy as bytes 0 times, HoWdY as bytes 1 times
 *     Element 4 through the other handle: -999
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { SharedList } from "@troupe/actors/shared";

const overwriteLast = task(import.meta, async (name: string) => {
  using list = await SharedList.attach(name);
  list.set(-1, -999);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

if (import.meta.main) {
  const list = new SharedList(["howdy", bytes("HoWdY"), -273.154, 100, null, true, 42]);
  const types = list.toArray().map((value) =>
    value === null ? "null" : typeof value === "object" ? value.constructor.name : typeof value
  );
  console.log("Types:", types.join(" "));

  console.log("Element 2:", list.at(2));
  for (const value of [-78.5, "dry ice", "far too long"]) {
    try {
      list.set(2, value);
    } catch (error) {
      console.log("Refused:", (error as Error).message);
    }
    console.log("Element 2:", list.at(2));
  }
  const counts = ["howdy", "HoWdY"].map((text) =>
    `${text} as bytes ${list.count(bytes(text))} times`
  );
  console.log(`Length ${list.length}, 42 is at ${list.indexOf(42)}, ${counts.join(", ")}`);

  await using system = new ActorSystem();
  await using numbers = await SharedList.create("numbers", [0, 1, 2, 3, 4]);
  await system.run(overwriteLast, "numbers");
  console.log("Element 4 through the other handle:", numbers.at(4));
}
