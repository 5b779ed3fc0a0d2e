import { assertEquals, assertThrows } from "@std/assert";
import { NameTakenError } from "../../mod.ts";
import { Names } from "../../actors/hosts/_names.ts";

Deno.test("Names: a late start whose claim was given up does not take the name of another one", () => {
  const names = new Names();
  const [late, next] = [{ name: "bob", claim: "a" }, { name: "bob", claim: "b" }];
  names.reserve(late, 1);
  names.unclaim(late);
  assertThrows(() => names.assign(late, 1, 7), NameTakenError);
  names.reserve(next, 2);
  assertThrows(() => names.assign(late, 1, 7), NameTakenError);
  assertEquals(names.find("bob"), null);
  names.assign(next, 3, 8);
  assertThrows(() => names.assign(late, 1, 7), NameTakenError);
  names.unclaim(late);
  assertEquals(names.find("bob"), { at: 3, serial: 8 });
});

Deno.test("Names: a name is freed by nobody but the actor that has it", () => {
  const names = new Names();
  const claim = { name: "bob", claim: "a" };
  names.reserve(claim, 1);
  names.assign(claim, 1, 7);
  for (const [at, serial] of [[2, 7], [1, 8]] as const) {
    names.release("bob", at, serial);
    names.releaseOf(at, serial);
  }
  assertEquals(names.find("bob"), { at: 1, serial: 7 });
  names.releaseOf(1, 7);
  assertEquals(names.find("bob"), null);
});

Deno.test("Names: the loss of a host frees the names there, but for those of actors that will be back", () => {
  const names = new Names();
  for (const [name, at, serial] of [["back", 1, 7], ["gone", 1, 8], ["there", 2, 8]] as const) {
    names.reserve({ name, claim: name }, at);
    names.assign({ name, claim: name }, at, serial);
  }
  names.reserve({ name: "starting", claim: "s" }, 1);
  names.lose(1, new Set([7]));
  const found = ["back", "gone", "there"].map((name) => names.find(name));
  assertEquals(found, [{ at: 1, serial: 7 }, null, { at: 2, serial: 8 }]);
  names.reserve({ name: "starting", claim: "t" }, 2);
});
