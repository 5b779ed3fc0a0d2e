import { assert, assertEquals, assertThrows } from "@std/assert";
import { ODD_VALUES, portrait } from "../fixtures/odd_values.ts";
import { arrive, DESTINATIONS } from "./crossing.ts";

const ROWS = ODD_VALUES.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to })));

Deno.test.each(ROWS.filter(({ refused }) => refused === undefined))(
  "capture() and revive() keep odd values as they are ($destination): $what",
  ({ make, destination, arrives = () => structuredClone(make()) }) => {
    assertEquals(portrait(arrive(make(), destination)), portrait(arrives()));
  },
);

Deno.test.each(ROWS.filter(({ refused }) => refused !== undefined))(
  "capture() refuses odd values by path, in its own words ($destination): $what",
  ({ make, destination, refused }) => {
    const { message } = assertThrows(() => arrive(make(), destination), TypeError);
    assert(message.startsWith("Cannot send message: args"), message);
    assert(message.endsWith(refused!), message);
  },
);
