import { assert, assertEquals } from "@std/assert";
import { explore } from "./mutex_model.ts";

Deno.test("Mutex: in every order of steps of three threads one holds it, and no wake is lost", () => {
  const result = explore({ holds: [1, 1, 1], deaths: 0, slices: false, givingUp: true });
  assert(result.states > 1_000);
  assertEquals({ ...result, states: 0 }, { states: 0, stuck: 0, hopeless: 0 });
});

Deno.test("Mutex: in every order of steps of two threads with two holds each no wake is lost", () => {
  const result = explore({ holds: [2, 2], deaths: 0, slices: false, givingUp: true });
  assert(result.states > 500);
  assertEquals({ ...result, states: 0 }, { states: 0, stuck: 0, hopeless: 0 });
});

Deno.test("Mutex: wherever one of three threads ends, the others can go on, and see it", () => {
  const result = explore({ holds: [1, 1, 1], deaths: 1, slices: true, givingUp: true });
  assert(result.states > 5_000);
  assertEquals({ ...result, states: 0 }, { states: 0, stuck: 0, hopeless: 0 });
});

Deno.test("The model finds what is wrong: without slices a thread that ends stops the others", () => {
  const { stuck } = explore({ holds: [1, 1], deaths: 1, slices: false, givingUp: false });
  assert(stuck > 0);
});
