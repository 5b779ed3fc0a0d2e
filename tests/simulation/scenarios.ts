import type { Scenario } from "./scenario.ts";
import { asks } from "./scenarios/asks.ts";
import { durable } from "./scenarios/durable.ts";
import { keyedActors } from "./scenarios/keyed.ts";
import { links } from "./scenarios/links.ts";
import { managers } from "./scenarios/managers.ts";
import { names } from "./scenarios/names.ts";
import { orders } from "./scenarios/orders.ts";
import { pipes } from "./scenarios/pipes.ts";
import { pools } from "./scenarios/pools.ts";
import { queues } from "./scenarios/queues.ts";
import { restartStorm } from "./scenarios/restart_storm.ts";
import { selects } from "./scenarios/selects.ts";
import { shutdowns } from "./scenarios/shutdowns.ts";
import { starts } from "./scenarios/starts.ts";
import { streams } from "./scenarios/streams.ts";
import { supervision } from "./scenarios/supervision.ts";
import { tells } from "./scenarios/tells.ts";
import { timers } from "./scenarios/timers.ts";
import { twoSystems } from "./scenarios/two_systems.ts";

/** All of them. */
export const scenarios: readonly Scenario[] = [
  asks,
  durable,
  keyedActors,
  links,
  managers,
  names,
  orders,
  pipes,
  pools,
  queues,
  restartStorm,
  selects,
  shutdowns,
  starts,
  streams,
  supervision,
  tells,
  timers,
  twoSystems,
];
