import { assertEquals, assertRejects } from "@std/assert";
import { ActorStoppedError, ActorSystem, type ExitReason, HostLostError } from "../../mod.ts";
import { hushed } from "../fixtures/life_probe.ts";
import { talker, witness } from "../fixtures/life_own_end.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

const ENDS = [
  { kind: "normal", how: "context.stop()" },
  { kind: "shutdown", how: "stop()" },
  { kind: "error", how: "an error" },
] satisfies { kind: ExitReason["kind"]; how: string }[];

Deno.test.each(
  ENDS.flatMap((end) => (["web", "thread"] as const).map((worker) => ({ ...end, worker }))),
)(
  "An actor with a $worker worker of its own that ended by $how answers as any that has ended",
  async ({ kind, how, worker }) => {
    await using system = hushed(new ActorSystem({ workers: 1 }));
    const ref = await system.spawn(talker.with({ own: { worker }, restart: "temporary" }));
    const other = await system.spawn(witness);
    assertEquals(await other.ask.meet(ref), "pong");
    // Some are sent before the end is known here, some after.
    const asked: Promise<unknown>[] = [];
    const ask = () => {
      const answer = ref.ask.ping();
      answer.catch(() => {});
      asked.push(answer);
    };
    if (how === "context.stop()") ref.tell.leave();
    else if (how === "stop()") void ref.stop();
    else ref.tell.fail();
    const exited = ref.exited;
    await until(20_000, "the end of the thread", async () => {
      ask();
      const gone = await other.ask.meet(ref).catch((error) => error.name);
      return gone === "ActorStoppedError" && (await exited).kind === kind;
    });
    for (let i = 0; i < 20; i++) {
      ask();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const answer of await within(20_000, "all answers", Promise.allSettled(asked))) {
      if (answer.status === "rejected") assertEquals(answer.reason.name, "ActorStoppedError");
    }
    await assertRejects(() => ref.stream.count().next(), ActorStoppedError);
    await assertRejects(() => other.ask.read(ref), ActorStoppedError);
    await ref.stop();
    await ref.terminate();
  },
);

simulated(
  "A neighbour on an actor's own worker, which ends with that actor, is lost with it",
  async () => {
    await using system = hushed(new ActorSystem({ workers: 1 }));
    const ref = await system.spawn(talker.with({ on: "own" }));
    const neighbour = await system.spawn(talker.with({ near: ref, restart: "temporary" }));
    await ref.stop();
    assertEquals((await within(20_000, "the end", neighbour.exited)).kind, "host-lost");
    await assertRejects(() => neighbour.ask.ping(), HostLostError);
  },
);
