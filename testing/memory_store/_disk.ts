import type {
  CommitOutcome,
  DueWork,
  EntryRange,
  OwnedAlarm,
  PendingPost,
  Stored,
  StoredActor,
  StoredAlarm,
  StoredOnce,
  StoredPost,
  StoredTurn,
} from "../../actors/vocabulary/store.ts";
import { byName, checkNames } from "./_names.ts";

/** One actor as it is kept. */
interface Kept {
  epoch: number;
  version: number;
  turn: string | null;
  state: Stored | null;
  stateVersion: number;
  readonly entries: Map<string, Stored>;
  readonly alarms: Map<string, StoredAlarm>;
  readonly onces: Map<string, StoredOnce>;
}

/** A post that is kept until it is handled. */
interface KeptPost extends StoredPost {
  readonly number: number;
  readonly sender: string;
  attempts: number;
  /** Wall time from which on it is due. */
  due: number;
  failure: string | null;
}

/** A post that will not be tried again. */
export type DeadLetter = Omit<KeptPost, "due">;

/** All that a store keeps: what a disk is to a file. It outlives the threads that read and write it. */
export class Disk {
  /** Whether nothing goes wrong any more. */
  isCalm = false;
  readonly deadLetters: DeadLetter[] = [];
  readonly #actors = new Map<string, Kept>();
  readonly #posts = new Map<number, KeptPost>();
  #serials = 0;

  /** A number that is higher than all that were given before. */
  serial(): number {
    return ++this.#serials;
  }

  load(kind: string, key: string): StoredActor {
    checkNames({ kind, key });
    const kept = this.#actors.get(`${kind}/${key}`);
    const { version = 0, turn = null, state = null, stateVersion = 0 } = kept ?? {};
    const alarms = [...kept?.alarms.values() ?? []].sort(byDue);
    return { epoch: this.serial(), version, turn, state, stateVersion, alarms };
  }

  /**
   * Writes a turn, unless something speaks against it.
   *
   * @throws when it cannot be stored; then nothing of it is.
   */
  write(turn: StoredTurn): CommitOutcome {
    const { kind, key, epoch, version, delivers } = turn;
    checkTurn(turn);
    const kept = this.#actors.get(`${kind}/${key}`);
    if (delivers !== null && !this.#isPosted(delivers, kind, key)) return "delivered";
    if ((kept?.version ?? 0) !== version || kept !== undefined && kept.epoch > epoch) {
      return kept !== undefined && kept.epoch > epoch ? "fenced" : "conflict";
    }
    this.#advance(turn, kept ?? this.#add(`${kind}/${key}`));
    return "done";
  }

  /** Commits something of an actor as another activation would. */
  intrude(kind: string, key: string): void {
    const kept = this.#actors.get(`${kind}/${key}`) ?? this.#add(`${kind}/${key}`);
    kept.epoch = this.serial();
    kept.version++;
    kept.turn = `intruder ${kept.epoch}`;
  }

  #add(id: string): Kept {
    const kept: Kept = {
      epoch: 0,
      version: 0,
      turn: null,
      state: null,
      stateVersion: 0,
      entries: new Map(),
      alarms: new Map(),
      onces: new Map(),
    };
    this.#actors.set(id, kept);
    return kept;
  }

  #isPosted(number: number, kind: string, key: string): boolean {
    const post = this.#posts.get(number);
    return post !== undefined && post.kind === kind && post.key === key;
  }

  #advance(turn: StoredTurn, kept: Kept): void {
    const { id, kind, key, epoch, state = null, once, delivers } = turn;
    kept.epoch = epoch;
    kept.version++;
    kept.turn = id;
    if (turn.state !== undefined || turn.forgets) {
      kept.state = state;
      kept.stateVersion = state === null ? 0 : turn.stateVersion;
    }
    if (turn.forgets) {
      kept.entries.clear();
      kept.alarms.clear();
    }
    for (const [name, value] of turn.entries) put(kept.entries, name, value);
    for (const [name, alarm] of turn.alarms) {
      put(kept.alarms, name, alarm && { ...alarm, due: Math.ceil(alarm.due) });
    }
    for (const post of turn.posts) this.#post(`${kind}/${key}`, post);
    if (once !== null) kept.onces.set(once.id, { ...once, expires: Math.ceil(once.expires) });
    if (delivers !== null) this.#posts.delete(delivers);
  }

  #post(sender: string, post: StoredPost): void {
    const number = this.serial();
    this.#posts.set(number, { ...post, number, sender, attempts: 0, due: 0, failure: null });
  }

  once(kind: string, key: string, id: string, now: number): StoredOnce | null {
    checkNames({ id });
    const once = this.#actors.get(`${kind}/${key}`)?.onces.get(id);
    return once !== undefined && once.expires > now ? once : null;
  }

  /** Forgets answers that have expired. */
  sweep(now: number): void {
    for (const { onces } of this.#actors.values()) {
      for (const [id, { expires }] of onces) if (expires <= now) onces.delete(id);
    }
  }

  entry(kind: string, key: string, name: string): Stored | null {
    checkNames({ "name of an entry": name });
    return this.#actors.get(`${kind}/${key}`)?.entries.get(name) ?? null;
  }

  entries(
    kind: string,
    key: string,
    { prefix, after, limit }: EntryRange,
  ): [name: string, value: Stored][] {
    const entries = [...this.#actors.get(`${kind}/${key}`)?.entries ?? []];
    return entries.filter(([name]) =>
      name.startsWith(prefix) && (after === null || byName(name, after) > 0)
    ).sort(([one], [other]) => byName(one, other)).slice(0, Math.max(0, limit));
  }

  due(now: number, limit: number): DueWork {
    const alarms = this.alarms(Infinity);
    const found = alarms.filter(({ due }) => due <= now).slice(0, limit);
    const posts = [...this.#posts.values()];
    const isPutOff = ({ due }: KeptPost) => due > now;
    const heldBack = new Set<string>();
    const ready = posts.filter((post) => {
      if (isPutOff(post)) heldBack.add(pairOf(post));
      return !heldBack.has(pairOf(post));
    });
    const times = [
      ...alarms.slice(found.length, found.length + 1).map(({ due }) => due),
      ...ready.length > limit ? [now] : posts.filter(isPutOff).map(({ due }) => due),
    ];
    return {
      alarms: found,
      posts: ready.slice(0, limit).map(pendingOf),
      next: times.length === 0 ? null : Math.min(...times),
    };
  }

  delivered(number: number): void {
    this.#posts.delete(number);
  }

  putOff(number: number, due: number | null, failure: string): void {
    const post = this.#posts.get(number);
    if (post === undefined) return;
    post.attempts++;
    post.failure = failure;
    if (due !== null) return void (post.due = Math.ceil(due));
    this.#posts.delete(number);
    this.deadLetters.push(post);
  }

  alarms(limit: number): OwnedAlarm[] {
    const all = this.#actors.entries().flatMap(([id, { alarms }]) => {
      const at = id.indexOf("/");
      const owner = { kind: id.slice(0, at), key: id.slice(at + 1) };
      return alarms.values().map((alarm) => ({ ...owner, ...alarm }));
    }).toArray();
    return all.sort((one, other) =>
      one.due - other.due || byName(one.kind, other.kind) || byName(one.key, other.key) ||
      byName(one.name, other.name)
    ).slice(0, Math.max(0, limit));
  }
}

function put<V>(map: Map<string, V>, name: string, value: V | null): void {
  if (value === null) map.delete(name);
  else map.set(name, value);
}

function byDue(one: StoredAlarm, other: StoredAlarm): number {
  return one.due - other.due || byName(one.name, other.name);
}

function pairOf({ sender, kind, key }: KeptPost): string {
  return `${sender} ${kind}/${key}`;
}

function pendingOf({ number, sender, kind, key, handler, args, attempts }: KeptPost): PendingPost {
  return { number, sender, kind, key, handler, args, attempts };
}

/** @throws {TypeError} when something of it cannot be kept. */
function checkTurn({ kind, key, entries, alarms, posts, once }: StoredTurn): void {
  checkNames({ kind, key });
  for (const [name] of entries) checkNames({ "name of an entry": name });
  for (const [name, alarm] of alarms) {
    checkNames({ "name of an alarm": name });
    if (alarm !== null && Number.isNaN(alarm.due)) {
      throw new TypeError(`Cannot keep the alarm "${name}": its time is no number`);
    }
  }
  for (const { kind, key } of posts) checkNames({ kind, key });
  if (once !== null) checkNames({ id: once.id });
}
