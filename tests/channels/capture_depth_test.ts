import { assertEquals } from "@std/assert";
import { arrive, DESTINATIONS } from "./crossing.ts";
import { assertSameStructure } from "./same_structure.ts";

type Wrap = (inner: unknown, level: number) => unknown;

const WRAPPERS: { shape: string; wrap: Wrap }[] = [
  { shape: "arrays", wrap: (inner) => [inner] },
  { shape: "objects", wrap: (inner, level) => ({ level, inner, after: null }) },
  { shape: "Maps", wrap: (inner) => new Map([["inner", inner]]) },
  { shape: "Map keys", wrap: (inner) => new Map([[inner, 1]]) },
  { shape: "Sets", wrap: (inner) => new Set([inner]) },
  { shape: "holes", wrap: (inner) => Object.assign(new Array(3), { 1: inner }) },
  { shape: "keys $", wrap: (inner) => ({ $: inner }) },
  { shape: "keys __proto__", wrap: (inner) => Object.fromEntries([["__proto__", inner]]) },
  {
    shape: "everything",
    wrap: (inner, level) => WRAPPERS[level % (WRAPPERS.length - 1)]!.wrap(inner, level),
  },
];

function nest(levels: number, wrap: Wrap, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = wrap(value, level);
  return value;
}

const LEVELS = [254, 255, 256, 257, 300, 513, 10_000, 100_000];
const DEPTHS = WRAPPERS.flatMap((wrapper) =>
  LEVELS.filter((levels) => levels < 100_000 || wrapper.shape === "everything").flatMap((levels) =>
    DESTINATIONS.map(({ destination }) => ({ ...wrapper, levels, destination }))
  )
);

Deno.test.each(DEPTHS)(
  "capture() takes $levels levels of $shape ($destination)",
  ({ wrap, levels, destination }) => {
    const value = nest(levels, wrap, ["innermost", undefined]);
    assertSameStructure(arrive(value, destination), value);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps shared references and cycles across the depth limit ($destination)",
  ({ destination }) => {
    const { wrap } = WRAPPERS.at(-1)!;
    const shared = { shared: new Date(1) };
    const root: unknown[] = [shared];
    const deeper = nest(600, wrap, [root, shared, undefined]);
    root.push(nest(300, wrap, [shared, deeper]), deeper, nest(256, wrap, shared), shared);
    assertSameStructure(arrive(root, destination), root);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps an object that is met below the depth limit first ($destination)",
  ({ destination }) => {
    const shared = { list: [1] };
    const value = [
      nest(400, (inner) => [inner], shared),
      nest(256, (inner) => ({ inner }), shared),
      shared,
    ];
    assertSameStructure(arrive(value, destination), value);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps buffers and texts below the depth limit ($destination)",
  ({
    destination,
  }) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const value = nest(700, (inner) => ({ inner, bytes }), [
      bytes,
      bytes.buffer,
      "x".repeat(40_000),
      NaN,
    ]);
    assertSameStructure(arrive(value, destination), value);
  },
);

Deno.test.each(
  [253, 254, 255, 256, 257].flatMap((levels) => DESTINATIONS.map((to) => ({ ...to, levels }))),
)(
  "capture() keeps the reason of an aborted signal below $levels levels ($destination)",
  ({ levels, destination }) => {
    const signal = AbortSignal.abort({ reason: ["why"] });
    let arrived = arrive(nest(levels, (inner) => [inner], signal), destination);
    for (let level = 0; level < levels; level++) arrived = (arrived as [unknown])[0];
    assertEquals((arrived as AbortSignal).reason, { reason: ["why"] });
  },
);
