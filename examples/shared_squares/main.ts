/**
 * A task squares numbers into a shared array and their sum into a shared value; main reads both.
 *
 *     deno task example:shared_squares
 *
 * prints
 *
 *     Squares in the worker: [1, 4, 9]
 *     Sum of squares in the worker: 14
 *     Squares in the main program: [1, 4, 9]
 *     Sum of squares in the main program: 14
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { SharedArray, SharedValue } from "@troupe/actors/shared";

function print(where: string, squares: SharedArray<"i32">, sum: SharedValue<"i32">): void {
  console.log(`Squares in the ${where}: [${[...squares].join(", ")}]`);
  console.log(`Sum of squares in the ${where}: ${sum}`);
}

const square = task(
  import.meta,
  (numbers: number[], squares: SharedArray<"i32">, sum: SharedValue<"i32">) => {
    for (const [i, n] of numbers.entries()) {
      squares.set(i, n * n);
      sum.add(n * n);
    }
    print("worker", squares, sum);
  },
);

if (import.meta.main) {
  await using system = new ActorSystem();
  const squares = new SharedArray("i32", 3);
  const sum = new SharedValue("i32");
  await system.run(square, [1, 2, 3], squares, sum);
  print("main program", squares, sum);
}
