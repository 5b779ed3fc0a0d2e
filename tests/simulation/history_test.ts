import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { History } from "../../testing/simulation/history.ts";

interface Event {
  readonly at?: number;
  readonly who?: string;
  readonly what?: string;
  readonly data?: unknown;
}

function historyOf(events: readonly Event[]): History {
  const history = new History();
  for (const { at = 1, who = "main", what = "message", data } of events) {
    history.note(at, { to: { name: who }, what, data });
  }
  return history;
}

Deno.test("A history keeps the last 40 events, in order", () => {
  const history = historyOf(
    Array.from({ length: 100 }, (_, at) => ({ at, what: `event ${at}` })),
  );
  const lines = history.lines();
  assertEquals(history.count, 100);
  assertEquals(lines.length, 40);
  assertMatch(lines[0]!, /^ {4}60\.000 ms {2}main: event 60$/);
  assertMatch(lines[39]!, /^ {4}99\.000 ms {2}main: event 99$/);
  assertEquals(historyOf([{ data: "x" }]).lines(), ["     1.000 ms  main: message x"]);
});

const EVENTS: readonly Event[] = [{ data: "[[0,1]]" }, { data: [["[[0,1]]"], [1]] }, {}];

Deno.test.each(
  [
    ["a time", { at: 1.001 }],
    ["a thread", { who: "troupe host 1" }],
    ["what happens", { what: "timer" }],
    ["a message", { data: "[[0,2]]" }],
    ["a message with something beside it", { data: [["[[0,2]]"], [1]] }],
  ] as const,
)("Histories that differ in %s have different hashes", (_what, change: Event) => {
  const { hash } = historyOf(EVENTS);
  assertMatch(hash, /^[0-9a-f]{8}$/);
  assertEquals(historyOf(EVENTS).hash, hash);
  for (const [at, event] of EVENTS.entries()) {
    const changed = EVENTS.with(at, { ...event, ...change });
    assertNotEquals(historyOf(changed).hash, hash, `${at}`);
  }
});

Deno.test("Histories that differ in their order, or in their number, have different hashes", () => {
  const { hash } = historyOf(EVENTS);
  assertNotEquals(historyOf(EVENTS.toReversed()).hash, hash);
  assertNotEquals(historyOf(EVENTS.slice(1)).hash, hash);
});

Deno.test("A history takes whatever is sent", () => {
  const lines = historyOf(
    [["text", 1], { kind: "gone" }, null, [[1, "[[2,4]]"]]].map((data) => ({ data })),
  )
    .lines();
  assertEquals(lines.map((line) => line.slice("     1.000 ms  main: message ".length)), [
    '[ "text", 1 ]',
    '{ kind: "gone" }',
    "null",
    "cancel request 4",
  ]);
});

Deno.test("Where the sources are makes no difference to a hash", () => {
  const at = (folder: string) => historyOf([{ data: `[[8,"file:///${folder}/main.ts:3"]]` }]).hash;
  assertEquals(at("home/me/bank"), at("builds/17"));
});

Deno.test.each(
  [
    ['[[0,1,"add",[5],[6]]]', "tell add(5) to actor 1.1, tell add(6) to actor 1.1"],
    [
      '[[1,1,"add",7,[1,"x"],8,[]]]',
      [
        'ask add(1, "x") to actor 1.1 as request 7',
        "ask add() to actor 1.1 as request 8",
      ].join(", "),
    ],
    ['[[23,9,2,"pass",[null],["1.1 add"]]]', "ask pass(null) to actor 1.2 as request 9"],
    [
      '[[3,0,"",7,[105],8,[]],[2,4]]',
      "reply to request 7: 105, reply to request 8: ; cancel request 4",
    ],
    [
      '[[4,2,{"values":[{"$":["error",{"name":"RangeError","message":"overdrawn"}]}]}]]',
      "failure of request 2: RangeError: overdrawn",
    ],
    ['[[5,3,1,"count",[],null]]', "stream count() to actor 1.1 as request 3"],
    [
      '[[8,1,true,false,null,{"values":[]},{"values":[{"$":["date",1]}]}]]',
      "spawn as request 1 with (<date>)",
    ],
    ["[[-3,[1]]]", "[-3,[1]]"],
    ['[[6,3,16],[23,["port"]]]', 'credit of 16 for request 3; [23,["port"]]'],
    ["troupe:thread:2", "troupe:thread:2"],
  ] as const,
)("A history says what hosts say to each other: %s", (data, text) => {
  const line = (data: unknown) => historyOf([{ who: "troupe host 1", data }]).lines()[0];
  assertEquals(line(data), `     1.000 ms  troupe host 1: message ${text}`);
  if (data.startsWith("[")) assertEquals(line([[data], ["beside"], []]), line(data));
});
