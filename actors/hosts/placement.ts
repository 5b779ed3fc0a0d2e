import type { PlaceRequest } from "../messaging/questions.ts";

/** A host as a placement sees it. */
export interface HostLoad {
  readonly index: number;
  /** How much was placed there and has not ended. */
  readonly load: number;
}

/** Chooses where something starts. */
export interface Placement {
  /** Whether only host 0 can choose, which knows the hosts and how much each has to do. */
  readonly needsHosts: boolean;
  /** Whether a new host is for this alone, and ends with it. */
  readonly isOwn: boolean;
  /**
   * Gives the index of a host; `null` for a new one.
   *
   * @param hosts Those that are shared, if it needs them.
   * @param mayStart Whether one more of those may start.
   */
  choose(hosts: readonly HostLoad[], mayStart: boolean): number | null;
}

/** On a certain host. */
export class Near implements Placement {
  readonly #index: number;

  constructor(index: number) {
    this.#index = index;
  }

  get needsHosts(): boolean {
    return false;
  }

  get isOwn(): boolean {
    return false;
  }

  choose(): number {
    return this.#index;
  }
}

/** On the shared host that has the least to do; on a new one when all have something to do. */
export const leastLoaded: Placement = {
  needsHosts: true,
  isOwn: false,
  choose(hosts, mayStart) {
    const least = hosts.reduce<HostLoad | null>(
      (least, each) => least === null || each.load < least.load ? each : least,
      null,
    );
    if (mayStart && (least === null || least.load > 0)) return null;
    // Without workers all is on the thread that made the system.
    return least === null ? 0 : least.index;
  },
};

/** On a host of its own. */
const alone: Placement = { needsHosts: true, isOwn: true, choose: () => null };

/** Those that host 0 chooses by, as requests call them. */
export const PLACEMENTS: Readonly<Record<PlaceRequest["on"], Placement>> = {
  any: leastLoaded,
  own: alone,
};
