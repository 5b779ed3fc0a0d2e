import { reasonOf } from "./absent.ts";
import { noteAbsent } from "../report/results.ts";
import { settings } from "./settings.ts";
import type { Player, Result, Workload } from "./workload.ts";

/**
 * Has the players do the work in turn, round after round, so that what disturbs the machine disturbs all of them. A peer
 * that fails is left out from then on, and listed with the reason.
 *
 * @throws Rejects when anybody but a peer fails.
 */
export async function play({ title, measures, players, rounds = 9 }: Workload): Promise<Result> {
  const figures = new Map(players.map((player): [Player, (readonly number[])[]] => [player, []]));
  const first = settings.isQuick ? 0 : -1;
  const end = settings.isQuick ? 1 : rounds;
  for (let round = first; round < end; round++) {
    for (const [player, own] of figures) {
      try {
        const sample = await player.run();
        if (round >= 0) own.push(sample);
      } catch (error) {
        if (player.role !== "peer") throw error;
        figures.delete(player);
        noteAbsent(`${player.name}, ${title}`, reasonOf(error));
      }
    }
  }
  return {
    title,
    measures,
    outcomes: Array.from(figures, ([{ name, role }, own]) => ({ name, role, figures: own })),
  };
}
