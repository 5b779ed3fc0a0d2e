import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { hostBehind } from "../../actors/system/actor_system.ts";
import { commander } from "../fixtures/life_ordered.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { scratchFolder, within } from "../testing.ts";

programTest.each([{ worker: "web" }, { worker: "thread" }])(
  "A $worker worker that ends in the turn in which it takes its lock is lost at once",
  async ({ worker }) => {
    await using folder = await scratchFolder();
    const at = (path: string) => new URL(path, import.meta.url).href;
    const imports = {
      [at("../../actors/host/worker_main.ts")]: at("../fixtures/ends_at_once.ts"),
    };
    const map = `${folder.path}/imports.json`;
    await Deno.writeTextFile(map, JSON.stringify({ imports }));
    const program = new URL("../fixtures/ends_at_once_program.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await runProgram(program, {
      flags: ["--no-config", "--no-check", `--import-map=${map}`, "--allow-read"],
      args: [worker],
    });
    assertEquals({ code, stdout }, { code: 0, stdout: "HostLostError\n" }, stderr);
  },
);

simulated(
  "A worker that is being started is not ended because it cannot kill an actor yet",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const { coordinator } = hostBehind(system);
    const changes: string[] = [];
    system.addEventListener("host", ({ detail: { state } }) => changes.push(state));
    const starting = system.spawn(commander);
    // Nothing can have come from it yet.
    assertEquals(await coordinator!.answer(["condemn", 1, 1, "an actor"], 0), false);
    await within(20_000, "the start", starting);
    assertEquals(changes, ["started"]);
  },
);
