import { assert, assertEquals } from "@std/assert";
import { Agenda, type Doer, type Happening } from "../../testing/simulation/agenda.ts";

/** A thread that takes the last of what it can do next, unless told otherwise. */
function doer(name: string, { pick = (count: number) => count - 1, wake = 0 } = {}): Doer {
  return { name, inbox: [], readyAt: 0, pick, wake: () => wake };
}

function happening(to: Doer, what: string, more: Partial<Happening> = {}): Happening {
  return { to, what, stream: null, isLast: false, data: undefined, run() {}, ...more };
}

/** All that happens, with whole milliseconds. */
function all(agenda: Agenda): string[] {
  const log: string[] = [];
  for (let next = agenda.next(); next !== undefined; next = agenda.next()) {
    log.push(`${next.to.name} ${next.what} at ${Math.floor(agenda.now)}`);
  }
  return log;
}

Deno.test("An agenda lets things happen at their times, those of one time in the order of their setting", () => {
  const agenda = new Agenda();
  const one = doer("one", { pick: () => 0 });
  for (const [what, ms] of [["c", 3], ["a", 1], ["d", 3], ["b", 2], ["0", -5]] as const) {
    agenda.addLater(happening(one, what), ms);
  }
  assertEquals(all(agenda), ["one 0 at 0", "one a at 1", "one b at 2", "one c at 3", "one d at 3"]);
});

Deno.test("An agenda keeps many timers in order", () => {
  const agenda = new Agenda();
  const one = doer("one", { pick: () => 0 });
  const times = Array.from({ length: 200 }, (_, at) => at * 37 % 101);
  for (const ms of times) agenda.addLater(happening(one, `${ms}`), ms);
  const log: number[] = [];
  for (let next = agenda.next(); next !== undefined; next = agenda.next()) {
    log.push(Number(next.what));
  }
  assertEquals(log, times.toSorted((one, other) => one - other));
});

Deno.test("Messages of one port keep their order, others do not have to", () => {
  const agenda = new Agenda();
  const [one, port] = [doer("one"), {}];
  agenda.add(happening(one, "first", { stream: port }));
  agenda.add(happening(one, "second", { stream: port }));
  agenda.add(happening(one, "other"));
  assertEquals(all(agenda), ["one other at 0", "one first at 0", "one second at 0"]);
});

Deno.test("What gives way comes after all that was there before", () => {
  const agenda = new Agenda();
  const one = doer("one");
  agenda.add(happening(one, "before"));
  agenda.add(happening(one, "last", { isLast: true }));
  agenda.add(happening(one, "last, too", { isLast: true }));
  assertEquals(all(agenda), ["one before at 0", "one last at 0", "one last, too at 0"]);
});

Deno.test("The thread that notices first does something first, equally quick ones in turns", () => {
  const agenda = new Agenda();
  const [slow, one, other] = [doer("slow", { wake: 5 }), doer("one"), doer("other")];
  for (const each of [slow, one, other]) {
    for (const what of ["a", "b"]) agenda.add(happening(each, what, { stream: each }));
  }
  assertEquals(all(agenda), [
    ...["one a at 0", "other a at 0", "one b at 0", "other b at 0"],
    ...["slow a at 5", "slow b at 5"],
  ]);
});

Deno.test("What was taken back does not happen, also when it could have already", () => {
  const agenda = new Agenda();
  const one = doer("one", { pick: () => 0 });
  const takeBack = agenda.addLater(happening(one, "a"), 1);
  const takeBackLater = agenda.addLater(happening(one, "c"), 2);
  agenda.addLater(happening(one, "b"), 2);
  takeBack();
  one.readyAt = 10;
  agenda.addLater(happening(doer("other"), "looks"), 5);
  assertEquals(agenda.next()?.what, "looks");
  assertEquals(one.inbox.length, 2);
  takeBackLater();
  assertEquals(all(agenda), ["one b at 10"]);
});

Deno.test("Nothing happens to a thread that was dropped", () => {
  const agenda = new Agenda();
  const [one, other] = [doer("one"), doer("other")];
  for (const each of [one, other]) {
    agenda.add(happening(each, "now"));
    agenda.addLater(happening(each, "later"), 1);
  }
  agenda.drop(one);
  assertEquals(all(agenda), ["other now at 0", "other later at 1"]);
});

Deno.test("Time goes on a little whenever somebody looks", () => {
  const agenda = new Agenda();
  const before = agenda.now;
  assert(agenda.now > before);
});
