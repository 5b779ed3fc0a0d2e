import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { Choices } from "../../testing/simulation/choices.ts";
import { type Paces, pacesBy } from "../../testing/simulation/pace.ts";
import { World } from "../../testing/simulation/world.ts";

/** Orders that differ, by name. */
const ORDERS = {
  "as they came": null,
  "at some paces": pacesBy(new Choices(1)),
  "at other paces": pacesBy(new Choices(2)),
  "at still others": pacesBy(new Choices(3)),
} satisfies Record<string, Paces | null>;

/** The name of an order. */
export type OrderName = keyof typeof ORDERS;

/** The names of all. */
export const ORDER_NAMES = Object.keys(ORDERS) as OrderName[];

/** Which worker dies, and before which dangerous step. */
export interface Death {
  /** Counted from the oldest. */
  readonly victim: number;
  readonly at: number;
  readonly order: OrderName;
}

/** The part of a program in which a worker can die. */
export interface Danger {
  begins(): void;
  ends(): void;
}

/** A program, on two workers. */
export type Program<R> = (system: ActorSystem, danger: Danger, world: World) => Promise<R>;

/**
 * Runs a program with a worker that dies.
 *
 * @returns How many dangerous steps there were, and what the program gives.
 */
export async function whileDying<R>(
  { victim, at, order }: Death,
  program: Program<R>,
): Promise<{ steps: number; result: R }> {
  let steps = 0;
  let isDangerous = false;
  const danger: Danger = {
    begins: () => void (isDangerous = true),
    ends: () => void (isDangerous = false),
  };
  const paces = ORDERS[order];
  const world: World = new World({
    ...paces === null ? {} : { paces },
    beforeStep() {
      if (!isDangerous || ++steps !== at) return;
      const worker = world.alive[victim];
      if (worker !== undefined) world.kill(worker);
    },
  });
  const result = await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    return await program(system, danger, world);
  });
  assertEquals(world.alive, []);
  assertEquals(world.locks.held, []);
  return { steps, result };
}

/**
 * Runs a program once for each way in which one of two workers can die.
 *
 * @param expected What it gives when none does.
 * @param check Looks at what it gives when one does, and says with what.
 */
export async function atEachDeath<R>(
  order: OrderName,
  program: Program<R>,
  expected: R,
  check: (result: R, death: string) => void,
): Promise<void> {
  const { steps, result } = await whileDying({ victim: 0, at: Infinity, order }, program);
  assertEquals(result, expected);
  for (const victim of [0, 1]) {
    for (let at = 1; at <= steps; at++) {
      const { result } = await whileDying({ victim, at, order }, program);
      check(result, `worker ${victim}, step ${at}, ${order}: ${Deno.inspect(result)}`);
    }
  }
}
