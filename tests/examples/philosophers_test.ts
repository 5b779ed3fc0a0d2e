/** Runs the dining philosophers as the program that they are. */
import { assertEquals } from "@std/assert";
import { programTest, runProgram } from "../program.ts";

const MAIN = new URL("../../examples/philosophers/main.ts", import.meta.url).href;
const NAMES = ["Plato", "Hypatia", "Socrates", "Diotima", "Aristotle"];

programTest(
  "example philosophers: everybody eats three times, never beside one who eats",
  async () => {
    const { code, stdout, stderr } = await runProgram(MAIN);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.pop(), "Everybody has eaten 3 times");

    const eating = new Set<number>();
    const meals = NAMES.map(() => 0);
    for (const line of lines) {
      const [name, verb] = line.split(" ");
      const seat = NAMES.indexOf(name!);
      if (verb === "eats") {
        for (const beside of [1, 4]) assertEquals(eating.has((seat + beside) % 5), false, line);
        eating.add(seat);
        meals[seat]!++;
      } else assertEquals([verb, eating.delete(seat)], ["thinks", true]);
    }
    assertEquals([meals, eating.size], [[3, 3, 3, 3, 3], 0]);
  },
);
