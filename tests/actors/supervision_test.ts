import { assert, assertAlmostEquals, assertEquals, assertInstanceOf } from "@std/assert";
import { HostLostError, RestartLimitError } from "../../mod.ts";
import type { ExitReason } from "../../actors/vocabulary/exit_reason.ts";
import type { Policy } from "../../actors/supervision/_policy.ts";
import { type Member, Supervision } from "../../actors/supervision/_supervision.ts";
import type { Clock } from "../../channels/thread/clock.ts";
import { within } from "../testing.ts";

type Kind = Member["restart"];

/** Time that goes on when it is told to. */
class FakeClock implements Clock {
  #now = 1_000;
  #timers = new Set<{ at: number; fn: () => void }>();
  /** The pauses that were asked for, in milliseconds. */
  readonly pauses: number[] = [];
  chance = 0.5;
  readonly isFaked = false;

  now = () => this.#now;
  wallTime = () => this.#now;
  random = () => this.chance;
  soon = queueMicrotask;
  yieldTo = queueMicrotask;

  setTimer(fn: () => void, ms: number) {
    const timer = { at: this.#now + ms, fn };
    this.pauses.push(ms);
    this.#timers.add(timer);
    const cancel = () => void this.#timers.delete(timer);
    return { cancel, keepAlive: () => {}, isCurrent: () => true };
  }

  setRealTimer(): never {
    throw new Error("a supervision sets no such timer");
  }

  get waiting(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.fn();
    }
    await idle();
  }
}

/** Resolves when nothing is left to do now: all is done in microtasks here. */
const idle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Notes what is done with it. A second start of what runs is the worst that can happen. */
class FakeMember implements Member {
  isRunning = true;
  isFinished = false;
  /** Runs while it starts again. */
  whileStarting: () => unknown = () => {};
  readonly name: string;
  readonly restart: Kind;
  readonly #log: string[];

  constructor(name: string, restart: Kind, log: string[]) {
    this.name = name;
    this.restart = restart;
    this.#log = log;
  }

  async halt(): Promise<void> {
    this.#log.push(`halt ${this.name}`);
    await null;
    this.isRunning = false;
  }

  async resume(_reason: ExitReason): Promise<void> {
    this.#log.push(this.isRunning ? `${this.name} STARTED TWICE` : `resume ${this.name}`);
    await null;
    await this.whileStarting();
    this.isRunning = true;
  }

  async finish(reason: ExitReason): Promise<void> {
    this.#log.push(`finish ${this.name}: ${reason.kind}`);
    await null;
    this.isRunning = false;
    this.isFinished = true;
  }
}

interface Stage {
  clock: FakeClock;
  log: string[];
  supervision: Supervision;
  members: FakeMember[];
  errors: RestartLimitError[];
  /** Lets a member fail, and all happen that follows at once. */
  fail(member: FakeMember, reason?: ExitReason): Promise<void>;
}

const ERROR: ExitReason = { kind: "error", error: new RangeError("failed") };

function stage(
  kinds: Kind[] = ["permanent", "permanent", "permanent"],
  options: Partial<Policy> = {},
): Stage {
  const clock = new FakeClock();
  const log: string[] = [];
  const errors: RestartLimitError[] = [];
  const policy: Policy = {
    strategy: "one-for-one",
    maxRestarts: 3,
    withinMs: 5_000,
    backoff: { minMs: 0, maxMs: 5_000, jitter: 0 },
    ...options,
  };
  const supervision = new Supervision(policy, clock, (error) => errors.push(error));
  const members = kinds.map((kind, at) => new FakeMember("abcdefgh"[at]!, kind, log));
  for (const member of members) supervision.add(member);
  const fail = async (member: FakeMember, reason = ERROR) => {
    member.isRunning = false;
    supervision.failed(member, reason);
    await idle();
  };
  return { clock, log, supervision, members, errors, fail };
}

const lost = (): ExitReason => ({ kind: "host-lost", error: new HostLostError(1) });

const REASONS = {
  normal: { kind: "normal" },
  shutdown: { kind: "shutdown" },
  error: ERROR,
  killed: { kind: "killed" },
  "host-lost": lost(),
} as const satisfies Record<string, ExitReason>;

/** Which ends are followed by another start: OTP's, but orders are never undone. */
const STARTS_AGAIN = {
  permanent: { normal: true, shutdown: false, error: true, killed: false, "host-lost": true },
  transient: { normal: false, shutdown: false, error: true, killed: false, "host-lost": true },
  temporary: { normal: false, shutdown: false, error: false, killed: false, "host-lost": false },
} as const;

/** What happens then when the second of three fails, by the kind of the others. */
const STEPS = [
  { strategy: "one-for-one", first: "permanent", third: "transient", steps: "resume b" },
  { strategy: "one-for-one", first: "temporary", third: "temporary", steps: "resume b" },
  {
    strategy: "one-for-all",
    first: "permanent",
    third: "transient",
    steps: "halt c, halt a, resume a, resume b, resume c",
  },
  {
    strategy: "one-for-all",
    first: "permanent",
    third: "temporary",
    steps: "finish c: shutdown, halt a, resume a, resume b",
  },
  {
    strategy: "one-for-all",
    first: "temporary",
    third: "permanent",
    steps: "halt c, finish a: shutdown, resume b, resume c",
  },
  {
    strategy: "rest-for-one",
    first: "permanent",
    third: "transient",
    steps: "halt c, resume b, resume c",
  },
  {
    strategy: "rest-for-one",
    first: "temporary",
    third: "temporary",
    steps: "finish c: shutdown, resume b",
  },
] as const;

const KINDS = ["permanent", "transient", "temporary"] as const;
const TABLE = STEPS.flatMap((row) =>
  KINDS.flatMap((kind) =>
    (Object.keys(REASONS) as (keyof typeof REASONS)[]).map((reason) => ({ ...row, kind, reason }))
  )
);

Deno.test.each(TABLE)(
  "Supervision does what OTP does: $strategy, $kind fails with $reason between $first and $third",
  async ({ strategy, first, third, steps, kind, reason }) => {
    const { log, members, supervision, fail, errors } = stage([first, kind, third], { strategy });
    await fail(members[1]!, REASONS[reason]);
    const startsAgain = STARTS_AGAIN[kind][reason];
    assertEquals(log.join(", "), startsAgain ? steps : `finish b: ${reason}`);
    const left = members.filter((member) => !member.isFinished);
    assertEquals([...supervision.members], left);
    assertEquals(left.map((member) => member.isRunning), left.map(() => true));
    assertEquals(errors, []);
  },
);

Deno.test.each(
  [
    { strategy: "one-for-one", steps: "resume a" },
    { strategy: "one-for-all", steps: "halt c, halt b, resume a, resume b, resume c" },
    { strategy: "rest-for-one", steps: "halt c, halt b, resume a, resume b, resume c" },
  ] as const,
)("Supervision restarts with the first: $strategy", async ({ strategy, steps }) => {
  const { log, members, fail } = stage(undefined, { strategy });
  await fail(members[0]!);
  assertEquals(log.join(", "), steps);
});

Deno.test.each(
  [
    { strategy: "one-for-one", steps: "resume c" },
    { strategy: "one-for-all", steps: "halt b, halt a, resume a, resume b, resume c" },
    { strategy: "rest-for-one", steps: "resume c" },
  ] as const,
)("Supervision restarts with the last: $strategy", async ({ strategy, steps }) => {
  const { log, members, fail } = stage(undefined, { strategy });
  await fail(members[2]!);
  assertEquals(log.join(", "), steps);
});

Deno.test("Supervision leaves members that have ended out of later restarts", async () => {
  const { log, members, supervision, fail } = stage(undefined, { strategy: "one-for-all" });
  supervision.remove(members[1]!);
  await fail(members[0]!);
  assertEquals(log.join(", "), "halt c, resume a, resume c");
});

Deno.test("Supervision leaves out a member that ends while others are ended", async () => {
  const { log, members, supervision, fail } = stage(undefined, { strategy: "one-for-all" });
  const [a, b, c] = members as [FakeMember, FakeMember, FakeMember];
  c.halt = () => {
    log.push("c ends");
    supervision.remove(c);
    return Promise.resolve();
  };
  await fail(a);
  assertEquals(log.join(", "), "c ends, halt b, resume a, resume b");
  assertEquals([...supervision.members], [a, b]);
});

Deno.test("Supervision restarts nobody that was ordered to end during the pause", async () => {
  const { clock, log, members, supervision, fail } = stage(undefined, {
    backoff: { minMs: 100, maxMs: 100, jitter: 0 },
  });
  await fail(members[0]!);
  supervision.remove(members[0]!);
  await clock.advance(100);
  assertEquals(log, []);
});

Deno.test.each([{ strategy: "one-for-all" }, { strategy: "rest-for-one" }] as const)(
  "Supervision restarts once for failures of several members at a time: $strategy",
  async ({ strategy }) => {
    const { log, members, supervision, errors } = stage(undefined, { strategy, maxRestarts: 1 });
    for (const member of members) {
      member.isRunning = false;
      supervision.failed(member, ERROR);
    }
    await idle();
    assertEquals(
      log.filter((entry) => !entry.startsWith("halt")).join(", "),
      "resume a, resume b, resume c",
    );
    assertEquals(errors, []);
  },
);

Deno.test("Supervision ends at the fourth failure within the window", async () => {
  const { clock, log, members, errors, fail } = stage();
  for (let failure = 1; failure <= 3; failure++) {
    await fail(members[failure % 3]!);
    await clock.advance(1_600);
  }
  assertEquals(errors, []);
  log.length = 0;
  await fail(members[1]!);
  const [error, ...more] = errors;
  assertInstanceOf(error, RestartLimitError);
  assertEquals([error.maxRestarts, error.withinMs, more.length], [3, 5_000, 0]);
  assertEquals(error.cause, (ERROR as { error: unknown }).error);
  // The failing one has ended already.
  assertEquals(log.filter((entry) => entry !== "halt b").join(", "), "halt c, halt a");
});

Deno.test("Supervision never ends of slow failures", async () => {
  const { clock, log, members, errors, fail } = stage();
  for (let failure = 0; failure < 100; failure++) {
    await fail(members[0]!);
    await clock.advance(5_000 / 3 + 1);
  }
  assertEquals([log.length, errors.length], [100, 0]);
});

Deno.test("Supervision without restarts ends at the first failure", async () => {
  const { log, members, errors, fail } = stage(undefined, { maxRestarts: 0 });
  await fail(members[0]!);
  assertEquals(errors.length, 1);
  assertEquals(log.filter((entry) => entry.startsWith("resume")), []);
});

Deno.test("Supervision does not count ends that are no failures", async () => {
  const kinds = Array<Kind>(8).fill("temporary");
  const { members, errors, fail } = stage(kinds, { maxRestarts: 0 });
  for (const member of members) await fail(member);
  assertEquals(errors, []);
});

Deno.test("Supervision ignores failures after it has given up", async () => {
  const { log, members, errors, fail } = stage(undefined, { maxRestarts: 0 });
  await fail(members[0]!);
  log.length = 0;
  await fail(members[1]!);
  assertEquals([log, errors.length], [[], 1]);
});

Deno.test("Supervision counts the loss of a host once", async () => {
  const kinds = Array<Kind>(8).fill("permanent");
  const { log, members, supervision, errors } = stage(kinds);
  for (let loss = 1; loss <= 4; loss++) {
    const reason = lost();
    log.length = 0;
    for (const member of members) {
      member.isRunning = false;
      supervision.failed(member, reason);
    }
    await idle();
    assertEquals(errors.length, loss === 4 ? 1 : 0);
    if (loss < 4) assertEquals(log, members.map(({ name }) => `resume ${name}`));
  }
});

Deno.test("Supervision pauses once for the loss of a host, not for each member", async () => {
  const kinds = Array<Kind>(8).fill("permanent");
  const { clock, log, members, supervision } = stage(kinds, {
    backoff: { minMs: 100, maxMs: 5_000, jitter: 0 },
  });
  const reason = lost();
  for (const member of members) {
    member.isRunning = false;
    supervision.failed(member, reason);
  }
  await idle();
  await clock.advance(100);
  assertEquals(log, members.map(({ name }) => `resume ${name}`));
});

Deno.test("Supervision lets a pause not hold up the end of a temporary member", async () => {
  const { clock, log, members, fail } = stage(["permanent", "temporary"], {
    backoff: { minMs: 1_000, maxMs: 5_000, jitter: 0 },
  });
  await fail(members[0]!);
  await clock.advance(999);
  await fail(members[1]!);
  assertEquals(log, ["finish b: error"]);
});

Deno.test("Supervision counts a loss during each start, and ends", async () => {
  const { members, supervision, errors, fail } = stage(["permanent"]);
  const [a] = members as [FakeMember];
  let starts = 0;
  a.whileStarting = () => {
    // Ends the test when the library does not.
    if (++starts > 50) return;
    const reason = lost() as ExitReason & { kind: "host-lost" };
    supervision.failed(a, reason);
    throw reason.error;
  };
  await fail(a);
  assertEquals(errors.length, 1);
  assertEquals(starts, 3);
});

Deno.test("Supervision starts nobody twice who is lost while others start", async () => {
  const { log, members, supervision, errors, fail } = stage(undefined, {
    strategy: "one-for-all",
  });
  const [a, b] = members as [FakeMember, FakeMember];
  a.whileStarting = () => {
    a.whileStarting = () => {};
    supervision.failed(b, lost());
  };
  await fail(a);
  assertEquals(log.filter((entry) => entry.includes("TWICE")), []);
  assertEquals(members.map(({ isRunning }) => isRunning), [true, true, true]);
  assertEquals(errors, []);
});

Deno.test.each([{ strategy: "one-for-one" }, { strategy: "one-for-all" }] as const)(
  "Supervision.resume() starts nobody twice when one fails meanwhile: $strategy",
  async ({ strategy }) => {
    const { log, members, supervision } = stage(undefined, { strategy });
    const [, b] = members as [FakeMember, FakeMember];
    await supervision.halt();
    const [a] = members as [FakeMember];
    b.whileStarting = () => {
      b.whileStarting = () => {};
      a.isRunning = false;
      supervision.failed(a, ERROR);
    };
    await supervision.resume(ERROR);
    await idle();
    assertEquals(log.filter((entry) => entry.includes("TWICE")), []);
    assertEquals(members.map(({ isRunning }) => isRunning), [true, true, true]);
  },
);

Deno.test("Supervision.resume() leaves alone who is added meanwhile", async () => {
  const { log, members, supervision } = stage();
  const added = new FakeMember("x", "permanent", log);
  await supervision.halt();
  members[0]!.whileStarting = () => supervision.add(added);
  log.length = 0;
  await supervision.resume(ERROR);
  assertEquals(log, ["resume a", "resume b", "resume c"]);
});

Deno.test.each(
  [
    { strategy: "one-for-one" },
    { strategy: "one-for-all" },
    { strategy: "rest-for-one" },
  ] as const,
)("Supervision hears of a failure that comes with the start: $strategy", async ({
  strategy,
}) => {
  const { members, supervision, fail, errors } = stage(undefined, { strategy });
  const [a] = members as [FakeMember];
  let starts = 0;
  a.resume = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    // As a message right behind the one that says that it runs.
    setImmediate(() => {
      resolve();
      a.isRunning = ++starts > 2;
      if (!a.isRunning) supervision.failed(a, ERROR);
    });
    return promise;
  };
  await fail(a);
  for (let turn = 0; turn < 10; turn++) await idle();
  assertEquals([starts, a.isRunning, errors.length], [3, true, 0]);
});

Deno.test("Supervision.halt() and resume() work in reverse order and in order", async () => {
  const { log, supervision } = stage();
  await supervision.halt();
  await supervision.resume(ERROR);
  assertEquals(log.join(", "), "halt c, halt b, halt a, resume a, resume b, resume c");
});

Deno.test("Supervision.halt() ends temporary members for good", async () => {
  const { log, members, supervision } = stage(["temporary", "permanent"]);
  await supervision.halt();
  await supervision.resume(ERROR);
  assertEquals(log, ["halt b", "finish a: shutdown", "resume b"]);
  assertEquals([...supervision.members], [members[1]]);
});

Deno.test("Supervision.resume() after it gave up begins with a new budget", async () => {
  const { log, members, supervision, errors, fail } = stage(undefined, { maxRestarts: 1 });
  for (let round = 1; round <= 3; round++) {
    await fail(members[0]!);
    await fail(members[0]!);
    assertEquals(errors.length, round);
    await supervision.halt();
    log.length = 0;
    await supervision.resume(ERROR);
    assertEquals(log, ["resume a", "resume b", "resume c"]);
  }
});

Deno.test("Supervision.resume() ends those that started, the last first, when one does not", async () => {
  const { log, members, supervision } = stage();
  await supervision.halt();
  log.length = 0;
  members[1]!.whileStarting = () => Promise.reject(new RangeError("setup"));
  const error = await supervision.resume(ERROR).catch((error) => error);
  assertEquals(`${error}`, "RangeError: setup");
  assertEquals(log.slice(0, 2), ["resume a", "resume b"]);
  assertEquals(members.map(({ isRunning }) => isRunning), [false, false, false]);
});

Deno.test("Supervision.finish() ends all in reverse order and starts nobody again", async () => {
  const { log, members, supervision, fail } = stage();
  await supervision.finish((member) => member.finish({ kind: "shutdown" }));
  assertEquals(log, ["finish c: shutdown", "finish b: shutdown", "finish a: shutdown"]);
  log.length = 0;
  for (const member of members) await fail(member);
  assertEquals(log, []);
  assertEquals(supervision.members.size, 0);
});

Deno.test("Supervision.add() after the end ends the member", async () => {
  const { log, supervision } = stage([]);
  await supervision.finish(() => Promise.resolve());
  supervision.add(new FakeMember("x", "permanent", log));
  assertEquals(log, ["finish x: shutdown"]);
});

const backoff = (minMs: number, maxMs: number, jitter = 0) => ({
  maxRestarts: 1_000,
  backoff: { minMs, maxMs, jitter },
});

Deno.test("Supervision doubles the pause up to maxMs", async () => {
  const { clock, log, members, fail } = stage(undefined, backoff(50, 450));
  for (let failure = 0; failure < 6; failure++) {
    await fail(members[0]!);
    assertEquals(log.length, failure);
    await clock.advance(clock.pauses.at(-1)!);
  }
  assertEquals(clock.pauses, [50, 100, 200, 400, 450, 450]);
  assertEquals(log.length, 6);
});

Deno.test("Supervision pauses the longer the more often the same member has failed", async () => {
  const { clock, members, fail } = stage(undefined, backoff(50, 450));
  for (const at of [0, 0, 1, 0, 2, 1]) {
    await fail(members[at]!);
    await clock.advance(clock.pauses.at(-1)!);
  }
  assertEquals(clock.pauses, [50, 100, 50, 200, 50, 100]);
});

Deno.test("Supervision pauses the longer the more often any has failed that starts with others", async () => {
  for (const strategy of ["one-for-all", "rest-for-one"] as const) {
    const { clock, members, fail } = stage(undefined, { ...backoff(50, 450), strategy });
    for (const at of [0, 1, 2]) {
      await fail(members[at]!);
      await clock.advance(clock.pauses.at(-1)!);
    }
    assertEquals(clock.pauses, [50, 100, 200], strategy);
  }
});

Deno.test("Supervision begins with the shortest pause when failures are far apart", async () => {
  const { clock, members, fail } = stage(undefined, backoff(50, 450));
  for (let failure = 0; failure < 3; failure++) {
    await fail(members[0]!);
    await clock.advance(50);
    await clock.advance(5_000);
  }
  assertEquals(clock.pauses, [50, 50, 50]);
});

Deno.test("Supervision does not pause without minMs", async () => {
  const { clock, log, members, fail } = stage();
  await fail(members[0]!);
  assertEquals([log, clock.pauses], [["resume a"], []]);
});

Deno.test("Supervision varies the pause by the jitter, and keeps below maxMs", async () => {
  for (const [chance, first, second] of [[0, 80, 160], [0.5, 100, 200], [0.9999, 120, 200]]) {
    const { clock, members, fail } = stage(undefined, backoff(100, 200, 0.2));
    clock.chance = chance!;
    for (let failure = 0; failure < 2; failure++) {
      await fail(members[0]!);
      await clock.advance(1_000);
    }
    assertAlmostEquals(clock.pauses[0]!, first!, 0.1);
    assertAlmostEquals(clock.pauses[1]!, second!, 0.1, "maxMs");
  }
});

Deno.test("Supervision.finish() ends a pause early", async () => {
  const { clock, log, members, supervision, fail } = stage(undefined, backoff(60_000, 60_000));
  await fail(members[0]!);
  assertEquals(clock.waiting, 1);
  const end = supervision.finish((member) => member.finish({ kind: "shutdown" }));
  await within(3_000, "the end", end);
  assertEquals(clock.waiting, 0);
  assertEquals(log.filter((entry) => entry.startsWith("resume")), []);
});

Deno.test("Supervision.halt() ends a pause early, resume() starts all", async () => {
  const { clock, log, members, supervision, fail } = stage(undefined, backoff(60_000, 60_000));
  await fail(members[0]!);
  await within(3_000, "the halt", supervision.halt());
  assertEquals(clock.waiting, 0);
  await supervision.resume(ERROR);
  assertEquals(log.join(", "), "halt c, halt b, halt a, resume a, resume b, resume c");
});

Deno.test("Supervision tries a start that fails again, pauses and counts", async () => {
  const { clock, log, members, errors, fail } = stage(undefined, {
    backoff: { minMs: 100, maxMs: 5_000, jitter: 0 },
  });
  members[0]!.whileStarting = () => Promise.reject(new RangeError("setup"));
  await fail(members[0]!);
  for (const ms of [100, 200, 400]) {
    assertEquals(errors, []);
    assertEquals(clock.pauses.at(-1), ms);
    await clock.advance(ms);
  }
  assertEquals(log.filter((entry) => entry.startsWith("resume")).length, 3);
  assertEquals(`${errors[0]?.cause}`, "RangeError: setup");
});

Deno.test("Supervision ends those that started before it tries the group again", async () => {
  const { log, members, fail } = stage(undefined, { strategy: "one-for-all" });
  members[1]!.whileStarting = () => {
    members[1]!.whileStarting = () => {};
    return Promise.reject(new RangeError("setup"));
  };
  await fail(members[0]!);
  const starts = log.filter((entry) => entry.startsWith("resume"));
  assertEquals(starts.join(", "), "resume a, resume b, resume a, resume b, resume c");
  assert(log.lastIndexOf("halt a") > log.indexOf("resume a"));
  assertEquals(log.filter((entry) => entry.includes("TWICE")), []);
});

Deno.test("Supervision goes on from the one that did not start, rest-for-one", async () => {
  const kinds = ["permanent", "permanent", "permanent", "permanent"] as const;
  const { log, members, fail } = stage([...kinds], { strategy: "rest-for-one", maxRestarts: 9 });
  let times = 0;
  members[2]!.whileStarting = () => times++ < 2 ? Promise.reject(new RangeError("setup")) : null;
  await fail(members[1]!);
  const starts = log.filter((entry) => entry.startsWith("resume")).join(", ");
  assertEquals(starts, "resume b, resume c, resume c, resume c, resume d");
  assertEquals(log.filter((entry) => entry === "halt b"), []);
  // Who runs by then counts again: its own failure takes those after it along.
  log.length = 0;
  await fail(members[1]!);
  assertEquals(log.join(", "), "halt d, halt c, resume b, resume c, resume d");
});

Deno.test("Supervision gives up on the one that did not start, rest-for-one", async () => {
  const { log, members, errors, fail } = stage(undefined, { strategy: "rest-for-one" });
  members[2]!.whileStarting = () => Promise.reject(new RangeError("setup"));
  await fail(members[0]!);
  assertEquals(`${errors[0]?.cause}`, "RangeError: setup");
  const starts = log.filter((entry) => entry.startsWith("resume")).join(", ");
  assertEquals(starts, "resume a, resume b, resume c, resume c, resume c");
  assertEquals(members.map(({ isRunning }) => isRunning), [false, false, false]);
});

Deno.test("Supervision starts nobody twice, and loses nobody, whatever fails when", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor(state / 2 ** 31 * below);
    };
    const strategy = (["one-for-one", "one-for-all", "rest-for-one"] as const)[random(3)]!;
    const { log, members, supervision, errors } = stage(Array(5).fill("permanent"), {
      strategy,
      maxRestarts: 1_000,
    });
    for (const member of members) member.whileStarting = () => waitTurns(random(4));
    for (let failure = 0; failure < 10; failure++) {
      const member = members[random(5)]!;
      if (member.isRunning) {
        member.isRunning = false;
        supervision.failed(member, ERROR);
      }
      await waitTurns(random(12));
    }
    await idle();
    const twice = log.filter((entry) => entry.includes("TWICE"));
    assertEquals([seed, twice, errors.length], [seed, [], 0]);
    assertEquals(members.map(({ isRunning }) => isRunning), Array(5).fill(true), `seed ${seed}`);
  }
});

async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await null;
}
