import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import {
  ActorSystem,
  ChannelClosedError,
  HostLostError,
  pipe,
  Queue,
  type SystemEvents,
} from "../../mod.ts";
import { counter, forger } from "../fixtures/forger.ts";
import { until, within } from "../testing.ts";

/** How often an actor starts again within its budget. */
const LIVES = 3;

/** Messages that no host sends. */
const FORGED: readonly { what: string; message: unknown }[] = [
  { what: "no JSON", message: "no JSON" },
  { what: "no list", message: "null" },
  { what: "no envelope", message: "[null]" },
  { what: "an unknown kind", message: "[[99]]" },
  { what: "a kind from a prototype", message: '[["constructor"]]' },
  { what: "no text", message: 5 },
  { what: "modules that are none", message: [["[]"], [], [5]] },
  { what: "a port that is none", message: "[[14,1,[]]]" },
  { what: "a spawn without arguments", message: "[[8,1]]" },
  { what: "an order of host 0", message: "[[22]]" },
  { what: "a question that is none", message: "[[20,1,5]]" },
  { what: "rows without a shape", message: "[[-3]]" },
  { what: "an answer without a payload", message: '[[3,0,"",1,null]]' },
  { what: "a mark that is none", message: '[[23,1,"a/b","add",[],null,5]]' },
  { what: "an alarm that is none", message: '[[23,1,"a/b","add",[],null,{"alarm":5}]]' },
  { what: "an id that is none", message: '[[23,1,"a/b","add",[],null,{"once":5}]]' },
  { what: "a key without a kind", message: '[[0,"ab","add",[]]]' },
  { what: "too many levels", message: "[".repeat(100_000) + "]".repeat(100_000) },
];

Deno.test("A worker that sends the main thread what no host sends is lost, and nobody else", async (t) => {
  await using system = new ActorSystem({ workers: 1 });
  const here = await system.spawn(counter.with({ on: "here" }));
  const neighbour = await system.spawn(counter);
  let count = 0;
  const countAll = async () => {
    count++;
    assertEquals(await Promise.all([here.ask.add(), neighbour.ask.add()]), [count, count]);
  };
  let ref = await system.spawn(forger.with({ on: "own" }));
  for (const [index, { what, message }] of FORGED.entries()) {
    await t.step(what, async () => {
      if (index > 0 && index % LIVES === 0) {
        await ref.terminate();
        ref = await system.spawn(forger.with({ on: "own" }));
      }
      await Promise.all([countAll(), ref.ask.touch()]);
      const lost = Promise.withResolvers<unknown>();
      const onHost = ({ detail: { state, cause } }: CustomEvent<SystemEvents["host"]>) => {
        if (state === "lost") lost.resolve(cause);
      };
      system.addEventListener("host", onHost);
      ref.tell.forge(message);
      const cause = await within(10_000, "the loss", lost.promise);
      system.removeEventListener("host", onHost);
      assertInstanceOf(cause, Error);
      assertMatch(cause.message, /^It sent what cannot be handled: /);
      await countAll();
      assertEquals(await within(10_000, "the new thread", ref.ask.touch()), true);
    });
  }
});

Deno.test("A worker that sends another worker what is no message is lost, the other lives", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const neighbour = await system.spawn(counter);
  const ref = await system.spawn(forger.with({ on: "own" }));
  assertEquals(await ref.ask.ask(neighbour), 1);
  const lost: number[] = [];
  system.addEventListener("host", ({ detail: { state, index } }) => {
    if (state === "lost") lost.push(index);
  });
  ref.tell.forge("no JSON");
  await until(10_000, "the loss", () => lost.length > 0);
  assertEquals(await within(10_000, "the new thread", ref.ask.ask(neighbour)), 2);
  assertEquals(lost.length, 1);
});

/** What may be in a message, and is refused where it arrives. */
const PAYLOADS = [
  '{"values":[{"$":["view","Uint8Array",1e11,0,10]}]}',
  '{"values":[{"$":["view","Uint8Array",{"$":["date",1]},0,10]}]}',
  '{"values":[{"$":["numbers",0]}]}',
  '{"values":[{"$":["attachment",0,true]}],"attachmentBase":-1}',
  '{"values":[{"$":["same",5]}]}',
  '{"values":[{"$":["same","constructor"]}]}',
  '{"values":[{"$":["deep",5]}]}',
  '{"values":[{"$":["deep","constructor"]}]}',
  '{"values":[{"$":["entries",1e300,[]]}]}',
  '{"values":[{"$":["entries",null,5]}]}',
  '{"values":[{"$":["map",["key"]]}]}',
  '{"values":[{"$":["set",5]}]}',
  '{"values":[{"$":["error",null,[]]}]}',
  '{"values":[{"$":["signal",0,null]}]}',
  '{"values":[{"$":["class","__proto__",[]]}]}',
  '{"values":[{"$":["handle",5]}]}',
  '{"values":[{"$":["handle",["queue",5,0,0]]}]}',
  '{"values":[{"$":["handle",["pipe",0]]}]}',
  '{"values":[{"$":["handle",["signal",0]]}]}',
  '{"values":[{"$":["handle",["ref","",-1,0,0]]}]}',
  '{"values":[{"$":["handle",["actor",null,null]]}]}',
  '{"values":[{"$":["handle",["task",{},{}]]}]}',
  '{"values":[{"$":["unknown"]}]}',
  '{"values":[{"$":null}]}',
  '{"values":5}',
];

Deno.test("A message with a payload that nobody sends is a dead letter that says so", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const here = await system.spawn(counter.with({ on: "here" }));
  const ref = await system.spawn(forger.with({ on: "own" }));
  const whys: string[] = [];
  system.addEventListener("deadletter", ({ detail: { why } }) => whys.push(why));
  const serial = here.id.split(".").at(-1);
  for (const payload of PAYLOADS) ref.tell.forge(`[[0,${serial},"add",${payload}]]`);
  assertEquals(await ref.ask.touch(), true);
  for (const why of whys) assertMatch(why, /malformed|not registered/);
  assertEquals(whys.length, PAYLOADS.length);
  assertEquals(await here.ask.add(), 1);
});

Deno.test("A queue and a pipe end for the thread that sends on them what is no item", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(forger);
  using queue = new Queue<number>();
  const [near, far] = pipe<number, number>();
  await ref.ask.send(queue);
  await ref.ask.sendOn(far);
  assertEquals([await queue.receive(), await near.receive()], [1, 1]);
  const end = near.receive();
  for (const message of [5, "no JSON", "[[12]]", { kind: "moved", port: 5 }]) {
    ref.tell.forge(message);
  }
  const error = await assertRejects(() => within(10_000, "the end", end), ChannelClosedError);
  assertInstanceOf(error.cause, HostLostError);
  assertInstanceOf(error.cause.cause, TypeError);
  await queue.send(2);
  assertEquals(await queue.receive(), 2);
});
