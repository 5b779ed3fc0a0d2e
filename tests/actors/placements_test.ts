import { assertEquals } from "@std/assert";
import { type HostLoad, Near, PLACEMENTS } from "../../actors/hosts/placement.ts";

const hosts = (...loads: number[]): HostLoad[] =>
  loads.map((load, at) => ({ index: at + 1, load }));

Deno.test.each<{ what: string; loads: number[]; mayStart: boolean; index: number | null }>([
  { what: "a new host when there is none", loads: [], mayStart: true, index: null },
  { what: "the main thread without workers", loads: [], mayStart: false, index: 0 },
  { what: "an idle host, though one more may start", loads: [1, 0, 0], mayStart: true, index: 2 },
  { what: "a new host when all have work", loads: [2, 1], mayStart: true, index: null },
  {
    what: "the host with the least when no more may start",
    loads: [3, 2, 4],
    mayStart: false,
    index: 2,
  },
  { what: "the first of those with as little", loads: [2, 1, 1], mayStart: false, index: 2 },
])('placement "any" chooses $what', ({ loads, mayStart, index }) => {
  assertEquals(PLACEMENTS.any.choose(hosts(...loads), mayStart), index);
});

Deno.test('placement "own" always chooses a new host, for that alone', () => {
  assertEquals(PLACEMENTS.own.choose(hosts(0), false), null);
  assertEquals([PLACEMENTS.own.isOwn, PLACEMENTS.any.isOwn], [true, false]);
});

Deno.test("placement near a host chooses that, without knowing of others", () => {
  const near = new Near(3);
  assertEquals([near.choose(), near.needsHosts], [3, false]);
});
