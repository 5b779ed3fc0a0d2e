/**
 * Numbers, text and records in shared memory that a task changes.
 *
 *     deno task example:shared_records
 *
 * prints
 *
 *     49
 *     0.1111111111111111
 *     HELLO WORLD
 *     (3.515625, 39.0625) (33.0625, 4) (5.640625, 90.25)
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { SharedArray, SharedStruct, SharedValue } from "@troupe/actors/shared";

const change = task(
  import.meta,
  (
    n: SharedValue<"i32">,
    x: SharedValue<"f64">,
    text: SharedArray<"u8">,
    points: SharedStruct<{ x: "f64"; y: "f64" }>,
  ) => {
    n.update((value) => value ** 2);
    x.value **= 2; // Nobody else writes it.
    const upper = new TextDecoder().decode(text.view).toUpperCase();
    text.view.set(new TextEncoder().encode(upper));
    for (const point of points) {
      point.x **= 2;
      point.y **= 2;
    }
  },
);

if (import.meta.main) {
  await using system = new ActorSystem();
  const n = new SharedValue("i32", 7);
  const x = new SharedValue("f64", 1 / 3);
  const text = new SharedArray("u8", new TextEncoder().encode("hello world"));
  const points = new SharedStruct({ x: "f64", y: "f64" }, { length: 3 });
  points.set(0, { x: 1.875, y: -6.25 });
  points.set(1, { x: -5.75, y: 2 });
  points.set(2, { x: 2.375, y: 9.5 });

  await system.run(change, n, x, text, points);
  console.log(`${n}\n${x}\n${new TextDecoder().decode(text.view)}`);
  console.log([...points].map((point) => `(${point.x}, ${point.y})`).join(" "));
}
