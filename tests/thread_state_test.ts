/**
 * What a thread keeps for itself stands in slots (`channels/thread/thread.ts`), so that several simulated threads can
 * share the modules: a variable of a module that changes has to be named here, with why it belongs to no thread.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const HALLS = ["actors", "channels", "durable", "shared", "testing"];

/** The variables that change, or hold what does, by why that is right. */
const ALLOWED: Record<string, readonly string[]> = {
  "It holds what modules have defined, and all threads of a simulation share those": [
    "actors/definition/registry.ts modules",
    "actors/definition/registry.ts loading",
    "actors/hosts/launchers.ts launchers",
    "actors/messaging/lines.ts transports",
    "actors/system/actor_system.ts hostBehind",
    "channels/message/class_codec.ts byName",
    "channels/message/class_codec.ts byPrototype",
    "channels/message/error_codec.ts classes",
    "channels/message/error_codec.ts tags",
    "channels/message/handle.ts relay",
    "channels/message/handle.ts revivers",
    "channels/message/views.ts classes",
    "channels/message/views.ts names",
    "channels/thread/own_modules.ts failures",
    "channels/thread/own_modules.ts loaded",
    "channels/thread/own_modules.ts modules",
    "channels/thread/thread.ts slots",
    "shared/words/handles.ts revivers",
  ],
  "It stands for a disk, which all threads share": [
    "testing/memory_store/_disks.ts disks",
  ],
  "It means something within one call only": [
    "actors/cell/turn.ts current",
    "channels/packing/plain_copy.ts count",
    "channels/packing/plain_copy.ts isBusy",
    "channels/packing/plain_copy.ts isHere",
    "channels/packing/plain_copy.ts isText",
    "channels/packing/plain_copy.ts keepsHandles",
    "channels/packing/plain_copy.ts met",
    "channels/packing/plain_copy.ts units",
    "channels/packing/stored.ts scratch",
    "channels/pipe/_sending.ts capturing",
  ],
  "It is part of the real platform, or says which thread is the current one": [
    "channels/thread/_time.ts last",
    "channels/thread/_time.ts offset",
    "channels/thread/_time.ts origin",
    "channels/thread/clock.ts isLooking",
    "channels/thread/clock.ts next",
    "channels/thread/clock.ts others",
    "channels/thread/clock.ts wake",
    "channels/thread/thread.ts current",
  ],
  "It numbers what is written into shared memory, which knows real threads only": [
    "shared/locks/_hold.ts latest",
    "shared/locks/_rw_state.ts latestHold",
  ],
};

// A constant by its name, or one that only knows what its keys are, belongs to no thread.
const VARIABLE =
  /^(?:export )?(?:let (\w+)|const ([a-z]\w*)(?:: .+?)? = (?:\[\]|new (?:Array|Map|Set)\b))/gm;

async function variablesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await variablesIn(`${folder}${name}/`));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(new URL(folder + name, ROOT));
      for (const [, variable, list] of text.matchAll(VARIABLE)) {
        found.push(`${folder}${name} ${variable ?? list}`);
      }
    }
  }
  return found;
}

Deno.test("No variable of a module belongs to one of the threads that share it", async () => {
  const found = (await Promise.all(HALLS.map((hall) => variablesIn(`${hall}/`)))).flat();
  const allowed = new Set(Object.values(ALLOWED).flat());
  assertEquals(found.filter((each) => !allowed.has(each)), []);
});
