/** A fault that was mended once, as a change of the sources that puts it back. */
export interface PlantedFault {
  /** What the fault is. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Part of the name of the scenarios that can meet it. */
  readonly scenario: string;
}

/** All of them. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    name: "a worker is given a line that the other side has closed",
    file: "actors/hosts/coordinator.ts",
    find: `this.#host.links.tryPeer(from.index) !== from ||
      this.#losses.isUnmourned(to, from.index);`,
    replace: "this.#host.links.tryPeer(from.index) !== from;",
    scenario: "",
  },
  {
    name: "a stream that is put off opens without the credit that came before it",
    file: "actors/messaging/remote_reply.ts",
    find: "if (this.#source === null) this.#credit += credit;",
    replace: "if (this.#source === null) return;",
    scenario: "streams",
  },
  {
    name: "a worker that hears of a loss late reaches for what is back before it has mourned",
    file: "actors/messaging/lost_hosts.ts",
    find: "before === undefined ? step() : before.finally(step)",
    replace: "step()",
    scenario: "",
  },
  {
    name: "an end of a pipe that is lost on its way leaves the other one waiting",
    file: "channels/link/connection.ts",
    find: "if (life === undefined) this.#unwatch = this.#line.whenGone(lose);",
    replace: "if (life === undefined) this.#unwatch = null;",
    scenario: "pipes",
  },
  {
    name: "what a lost worker was still to start counts as load",
    file: "actors/hosts/_losses.ts",
    find: "if (missing > 0) record.load",
    replace: "if (missing > Infinity) record.load",
    scenario: "",
  },
  {
    name: "a start that was taken back before it left counts as load",
    file: "actors/lifecycle/start.ts",
    find: "const whenUnsent = counted ? () => host.departed(at) : undefined;",
    replace: "const whenUnsent = undefined;",
    scenario: "starts",
  },
  {
    name: "names of a lost worker stay taken",
    file: "actors/hosts/_losses.ts",
    find: "this.#names.lose(index, new Set(isBack ? returning.keys() : []));",
    replace: "",
    scenario: "names",
  },
  {
    name: "an actor that was told to end starts again",
    file: "actors/hosts/_losses.ts",
    find: "for (const serial of ordered) returning.delete(serial);",
    replace: "",
    scenario: "told to end",
  },
  {
    name: "places of a queue that a dead sender had are not free again",
    file: "channels/queue/_slots.ts",
    find: "this.giveBack(user, user.slots);",
    replace: "",
    scenario: "queues",
  },
  {
    name: "a receiver that dies with more than it waited for stops its queue",
    file: "channels/queue/_delivery.ts",
    find: `    if (this.#ahead === user) this.#ahead = null;
    this.serve();`,
    replace: "    this.serve();",
    scenario: "queues",
  },
  {
    name: "a worker of a pool that is lost as it starts breaks the pool",
    file: "actors/pool/_crew.ts",
    find: "if (!member.isStarted && isLoss(error)) this.#endedInVain(error);",
    replace: "if (!member.isStarted && isLoss(error)) this.#fail(error);",
    scenario: "pools",
  },
  {
    name: "what is put off for an actor that is to be back is dropped",
    file: "actors/local/returning.ts",
    find: "for (const work of actor?.deferred ?? []) work();",
    replace: "void actor;",
    scenario: "",
  },
];
