/**
 * A class of the program's own whose instance all threads use: here and in a task, awaited, and blocking.
 *
 *     deno task example:custom_class
 *
 * prints
 *
 *     7
 *     56
 *     Blocking, in a task: 7 56
 *     Calls: 4
 *
 * @module
 */
import { actor, ActorSystem, task } from "@troupe/actors";
import { type Managed, Manager, sync } from "@troupe/actors/shared";

class Maths {
  calls = 0;
  add(x: number, y: number): number {
    this.calls++;
    return x + y;
  }
  mul(x: number, y: number): number {
    this.calls++;
    return x * y;
  }
  count(): number {
    return this.calls;
  }
}

const maths = actor(import.meta, () => new Maths());

const calculate = task(import.meta, (handle: Managed<Maths>) => {
  const own = sync(handle);
  return [own.add(4, 3), own.mul(7, 8)];
});

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const own = await manager.register(maths)();
  console.log(await own.add(4, 3));
  console.log(await own.mul(7, 8));
  console.log("Blocking, in a task:", ...await system.run(calculate, own));
  console.log(`Calls: ${await own.count()}`);
}
