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
  {
    name: "a durable turn is answered before its commit",
    file: "actors/keyed/_durable_cell.ts",
    find: "else this.#commit(stored, leave, refuse);",
    replace: `else {
      leave();
      this.#commit(stored, () => {}, () => {});
    }`,
    scenario: "of a durable actor",
  },
  {
    name: "what was built on a turn that was not committed leaves",
    file: "actors/keyed/_held_output.ts",
    find: "for (const each of held) each.refuse(error);",
    replace: `held.shift()?.refuse(error);
    for (const each of held) each.leave();`,
    scenario: "of a durable actor",
  },
  {
    name: "a turn that has failed is not undone",
    file: "actors/keyed/_durable_cell.ts",
    find: "this.#record?.rollBack();",
    replace: "",
    scenario: "of a durable actor",
  },
  {
    name: "a commit whose answer is lost is taken as failed",
    file: "actors/keyed/_store_client.ts",
    find: `if (isBefore(turn, last)) outcomes.push("done");
      else if`,
    replace: "if",
    scenario: "of a durable actor",
  },
  {
    name: "a commit whose answer is lost is looked for among its own group only",
    file: "actors/keyed/_store_client.ts",
    find: "new Map([...this.#underWay].flat().map(",
    replace: "new Map(group.map(",
    scenario: "of a durable actor",
  },
  {
    name: "what is known of turns comes out of order",
    file: "actors/keyed/_store_client.ts",
    find: `    await before;
`,
    replace: "",
    scenario: "of a durable actor",
  },
  {
    name: "a handled post is not taken out",
    file: "actors/keyed/_durable_cell.ts",
    find: "if (post !== undefined) turn.delivers = post;",
    replace: "",
    scenario: "of a durable actor",
  },
  {
    name: "a post is delivered again whose turn was committed",
    file: "testing/memory_store/_disk.ts",
    find: `if (delivers !== null && !this.#isPosted(delivers, kind, key)) return "delivered";`,
    replace: "",
    scenario: "of a durable actor",
  },
  {
    name: "an alarm is gone before its turn is committed",
    file: "actors/keyed/_durable_cell.ts",
    find: `    turn.setAlarm(name, record.again(name));
`,
    replace: `    const gone = new TurnDraft(turn.item);
    gone.setAlarm(name, null);
    this.#commit(record.finish(gone)!, () => {}, () => {});
`,
    scenario: "of a durable actor",
  },
  {
    name: "an alarm that is set anew goes off as it was",
    file: "actors/keyed/_durable_cell.ts",
    find: "    return decodeStored(alarm.args, handles) as unknown[];",
    replace: "    return handles && turn.item.args;",
    scenario: "of a durable actor",
  },
  {
    name: "an answer that was kept is not looked for",
    file: "actors/keyed/_once.ts",
    find: `record.onceOf(id) ??
    await store.once(kindIn(actor), keyIn(actor), id, clock.wallTime());`,
    replace: "await (store, null) as ReturnType<typeof record.onceOf>;",
    scenario: "of a durable actor",
  },
  {
    name: "a store does not look at versions",
    file: "testing/memory_store/_disk.ts",
    find: "(kept?.version ?? 0) !== version || kept !== undefined && kept.epoch > epoch",
    replace: "kept !== undefined && kept.epoch > epoch",
    scenario: "of a durable actor",
  },
  {
    name: "a stream that a life has opened too late waits for ever",
    file: "actors/keyed/_durable_cell.ts",
    find: `this.state !== "running" || incarnation !== this.incarnation;`,
    replace: "incarnation !== this.incarnation;",
    scenario: "of a durable actor",
  },
  {
    name: "what is handled while a system shuts down is not committed",
    file: "actors/messaging/outbox.ts",
    find: "  return askThrough(null, ref, handler, args);",
    replace: "  return ask(ref, handler, args);",
    scenario: "of a durable actor",
  },
  {
    name: "a store that is asked for after its end is started again",
    file: "actors/keyed/_store_keeper.ts",
    find: "this.#isStopped = true;",
    replace: "",
    scenario: "of a durable actor",
  },
  {
    name: "messages that come while an actor falls asleep are dropped",
    file: "actors/keyed/keyed_actors.ts",
    find: "if (cell.messages > 0 || isKept) {",
    replace: "if (isKept) {",
    scenario: "without a loss",
  },
  {
    name: "an actor falls asleep in the midst of a stream",
    file: "actors/keyed/_keyed_cell.ts",
    find: `(this.liveSources === null || this.liveSources.size === 0) &&
      `,
    replace: "",
    scenario: "without a loss",
  },
  {
    name: "messages for a kind that is looked for come in no order",
    file: "actors/keyed/_kinds_here.ts",
    find: "for (const work of waiting) work();",
    replace: "for (const work of waiting.reverse()) work();",
    scenario: "without a loss",
  },
];
