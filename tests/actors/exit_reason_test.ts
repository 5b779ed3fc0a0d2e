import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, type RefOf } from "../../mod.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { breeder, brief } from "../fixtures/brief.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** As somebody hears it who did not ask before. */
async function reasonOf(ref: RefOf<typeof brief>): Promise<string> {
  return (await within(10_000, "the reason", ref.with({}).exited)).kind;
}

function quiet(system: ActorSystem): ActorSystem {
  system.addEventListener("error", (event) => event.preventDefault());
  return system;
}

simulated.each(PLACES)(
  "ActorRef.exited says the reason, or that it is forgotten, never another one, on $where",
  async ({ workers }) => {
    await using system = quiet(new ActorSystem({ workers }));
    const other = await system.spawn(breeder);
    const ended = [];
    for (const end of ["fail", "leave"] as const) {
      const ref = await other.ask.start({ on: "here", onError: "stop" });
      // No reference here knows the actor itself.
      const known = await ref.ask[end]().then(() => "normal", () => "error");
      ended.push({ ref, known });
    }
    for (const { ref, known } of ended) assertEquals(await reasonOf(ref), known);
    await within(30_000, "the others", other.ask.breed(8_500));
    for (const { ref } of ended) {
      assertEquals(await reasonOf(ref), "unknown");
      assertEquals(await reasonOf(ref), "unknown");
    }
    const last = await other.ask.start({ on: "here" });
    await last.terminate();
    assertEquals(await reasonOf(last), "killed");
  },
);

simulated("ActorRef.exited says the reason also when the system has ended since", async () => {
  const system = quiet(new ActorSystem({ workers: 1 }));
  const options = { onError: "stop" } as const;
  const failed = await system.spawn(brief.with(options));
  await assertRejects(() => failed.ask.fail(), RangeError);
  const other = await system.spawn(breeder);
  const distant = await other.ask.start(options);
  await assertRejects(() => distant.ask.fail(), RangeError);
  const watched = await other.ask.start({});
  const watching = reasonOf(watched);
  await system.shutdown();
  assertEquals(await reasonOf(failed), "error");
  // Nobody is left who knows.
  assertEquals(await reasonOf(distant), "unknown");
  assertEquals(await watching, "shutdown");
});

simulated("ActorRef.exited says the reason also when the thread has been lost since", async () => {
  await using system = quiet(new ActorSystem({ workers: 2 }));
  const parent = await system.spawn(breeder);
  const kind = { on: "own", restart: "temporary" } as const;
  const [lost, failed] = [await parent.ask.start(kind), await parent.ask.start(kind)];
  lost.tell.die();
  assertEquals(await reasonOf(lost), "host-lost");
  await assertRejects(() => failed.ask.fail(), RangeError);
  assertEquals(await reasonOf(failed), "error");
  // From here on asked by somebody who is neither parent nor was watching.
  assertEquals(await reasonOf(lost), "host-lost");
  assertEquals(await reasonOf(failed), "error");
});
