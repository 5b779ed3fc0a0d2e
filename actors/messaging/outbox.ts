import { abandonItem, abandonValues } from "../../channels/message/abandon.ts";
import { capture } from "../../channels/packing/capture.ts";
import {
  type Destination,
  OVER_LINK,
  OVER_LINK_PORTABLE,
  STAYS_HERE,
  STAYS_HERE_PORTABLE,
} from "../../channels/packing/destination.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { revive } from "../../channels/message/revival.ts";
import { Wait } from "../../channels/waits/wait.ts";
import { DeadlockError } from "../vocabulary/errors.ts";
import { copyHere, NO_SIGNALS } from "../cell/copy_here.ts";
import { LocalReply, type LocalTarget } from "../cell/local_reply.ts";
import { errorFor } from "./loss.ts";
import { Item, itemFor } from "../cell/item.ts";
import { ASK, CHAINED_ASK, TELL } from "./protocol.ts";
import type { OutputGate, Target } from "./ref_owner.ts";
import type { Pending } from "./remote_reply.ts";
import { traced } from "./trace.ts";
import { currentTurn } from "../cell/turn.ts";
import { isAbandoned } from "../cell/async_turns.ts";

/** What a message to an actor of this thread may hold: a keyed one may be in another process the next time. */
export function here({ isKeyed }: Target): Destination {
  return isKeyed ? STAYS_HERE_PORTABLE : STAYS_HERE;
}

/** What a message to an actor of another thread may hold. */
export function there({ isKeyed }: Target): Destination {
  return isKeyed ? OVER_LINK_PORTABLE : OVER_LINK;
}

/** Sends a message one way. */
export function tell(ref: Target, handler: string, args: unknown[]): void {
  const { host } = ref;
  if (ref.meta !== null) throw noReply(ref, "tell", handler);
  if (host.gate !== null && host.gate.holdsTell(ref, handler, args)) return;
  if (host.refuses()) return host.reports.deadLetter(ref, handler, "the system is shutting down");
  if (ref.isHere) tellHere(ref, handler, copyHere(args, "message", "args", here(ref)));
  else tellThere(ref, handler, args);
  host.observer?.sent?.(ref, handler);
}

function tellHere(ref: Target, handler: string, copies: unknown[]): void {
  const { cell } = ref;
  if (cell !== undefined) return cell.push(new Item(handler, copies, null, null));
  tellEnded(ref, handler, copies);
}

/** The actor has ended, but may be back. Apart, as its siblings are: a closure costs more, whether it is made or not. */
function tellEnded(ref: Target, handler: string, copies: unknown[]): void {
  if (ref.defer(() => tellHere(ref, handler, copies))) return;
  abandonValues(copies);
  ref.host.reports.deadLetter(ref, handler, whyNot(ref));
}

/** Why an actor takes no message. */
function whyNot(ref: Target): string {
  return ref.isKeyed ? ref.refusal("tell").message : "the actor has ended";
}

function tellThere(ref: Target, handler: string, args: unknown[]): void {
  const { host: { links }, at, to, isKeyed } = ref;
  if (links.tryPeer(at, isKeyed)?.link.sendRow(TELL, to, handler, args)) return;
  tellRemote(ref, handler, capture(args, there(ref), "message", "args"));
}

function tellRemote(ref: Target, handler: string, packet: Packet): void {
  const { host, at, to, isKeyed } = ref;
  const peer = host.links.tryPeer(at, isKeyed);
  if (peer !== undefined) return peer.link.sendItem(TELL, to, handler, packet);
  tellLost(ref, handler, packet);
}

/** The host has ended, but may be back. */
function tellLost(ref: Target, handler: string, packet: Packet): void {
  const { host, at } = ref;
  if (host.lost.defer(at, () => tellRemote(ref, handler, packet))) return;
  abandonItem(packet);
  host.reports.deadLetter(ref, handler, "the actor has ended");
}

/**
 * Sends what was captured for an actor to where it lives now, though it may be about to end there.
 *
 * @param reply Who waits for the answer.
 * @throws {Error} when its thread has ended.
 */
export function post(
  ref: Target,
  handler: string,
  packet: Packet,
  reply: (LocalTarget & Pending) | null,
): void {
  const { host: { links, requests, observer }, at, to, cell } = ref;
  observer?.sent?.(ref, handler);
  if (cell !== undefined) {
    const { payload, attachments } = packet;
    const args = revive(payload, { attachments, ...NO_SIGNALS });
    return cell.push(new Item(handler, args, reply && new LocalReply(reply), null));
  }
  const { link } = links.peer(at);
  if (reply === null) link.sendItem(TELL, to, handler, packet);
  else link.sendItem(ASK, to, handler, packet, requests.expect(at, reply));
}

/** Sends a request and promises the reply. */
export function ask(ref: Target, handler: string, args: unknown[]): Promise<unknown> {
  const { host } = ref;
  try {
    // The text is made only when it is needed: this is on the way of every ask.
    if (host.refuses()) host.checkOpen(`ask "${handler}"`);
    return askThrough(host.gate, ref, handler, args);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The same for the system's own sake: also while it shuts down, and whatever the turn has to wait for that is going on. */
export function askForSystem(ref: Target, handler: string, args: unknown[]): Promise<unknown> {
  return askThrough(null, ref, handler, args);
}

function askThrough(
  gate: OutputGate | null,
  ref: Target,
  handler: string,
  args: unknown[],
): Promise<unknown> {
  const { host } = ref;
  const { signal, timeoutMs = host.settings.askTimeoutMs } = ref.limits;
  try {
    signal?.throwIfAborted();
    const wait = new AskWait(ref, handler);
    if (timeoutMs === 0) {
      host.deadlines.start(wait, signal, 0);
      return wait.promise;
    }
    if (ref.isHere) {
      const copies = copyHere(args, "message", "args", here(ref));
      host.deadlines.start(wait, signal, timeoutMs);
      if (gate === null || !holdsHere(gate, wait, copies)) askHere(wait, copies);
    } else {
      const packet = capture(args, there(ref), "message", "args");
      host.deadlines.start(wait, signal, timeoutMs);
      if (gate === null || !holdsRemote(gate, wait, packet)) askRemote(wait, packet);
    }
    host.observer?.sent?.(ref, handler);
    return wait.promise;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** In functions of their own: one with a closure in it costs more, whether it is made or not. */
function holdsHere(gate: OutputGate, wait: AskWait, copies: unknown[]): boolean {
  return gate.holds(() => askHere(wait, copies), (error) => {
    abandonValues(copies);
    wait.reject(error);
  });
}

function holdsRemote(gate: OutputGate, wait: AskWait, packet: Packet): boolean {
  return gate.holds(() => askRemote(wait, packet), (error) => {
    abandonItem(packet);
    wait.reject(error);
  });
}

/** An ask that is waited for. */
class AskWait extends Wait {
  readonly ref: Target;
  readonly handler: string;
  /** The turn that asks. */
  readonly turn: Item | null;
  readonly chain: string[] | null;
  /** The message, when the actor lives on this thread. */
  item: Item | null = null;
  /** Number of the request, when it lives on another one. */
  request = 0;

  constructor(ref: Target, handler: string) {
    super();
    this.ref = ref;
    this.handler = handler;
    this.turn = currentTurn();
    this.chain = chainOf(ref, this.turn);
  }

  override describe(): string {
    const { ref, handler } = this;
    const circle = this.turn?.circle ?? this.#ownCircle() ?? this.#crossing();
    const hint = circle === null ? "" : ` (actors wait in a circle: ${circle.join(" -> ")})`;
    return `ask "${handler}" of actor "${ref.label}"${hint}`;
  }

  /** The circle that this ask closes, if its target waits for it. */
  #ownCircle(): string[] | null {
    const { ref: { label }, handler, chain } = this;
    const start = chain?.findIndex((waiting) => waiting.startsWith(`${label}.`)) ?? -1;
    return start < 0 ? null : [...chain!.slice(start), `${label}.${handler}`];
  }

  override reject(error: unknown): void {
    super.reject(errorFor(this.ref.label, `send "${this.handler}"`, error));
  }

  /** The circle of two chains of asks: somebody waits for the actor that asks, and is who it asks. */
  #crossing(): string[] | null {
    const { ref: { label }, handler, turn } = this;
    const cell = turn?.cell ?? null;
    const waiting = cell?.chainFrom(label) ?? null;
    if (waiting === null) return null;
    return [...waiting, `${cell!.label}.${turn!.label}`, `${label}.${handler}`];
  }

  override trace(error: unknown): Promise<never> | null {
    const { ref, handler } = this;
    if (!(error instanceof Error) || error === ref.limits.signal?.reason) return null;
    return traced(error, `ask of "${handler}" of actor "${ref.label}"`);
  }

  override onGivenUp(): void {
    const { ref: { awake, host, at }, item, request } = this;
    if (item !== null) awake?.withdraw(item);
    else host.requests.withdraw(at, request);
  }
}

function askHere(wait: AskWait, copies: unknown[]): void {
  const { ref: { cell }, handler, chain } = wait;
  if (wait.settled) return abandonValues(copies);
  if (cell === undefined) return askEnded(wait, copies);
  cell.push(wait.item = itemFor(handler, copies, new LocalReply(wait), chain, wait.ref.meta));
}

/** The actor has ended, but may be back. */
function askEnded(wait: AskWait, copies: unknown[]): void {
  const { ref, handler } = wait;
  if (ref.defer(() => askHere(wait, copies))) return;
  abandonValues(copies);
  wait.reject(frameless(() => ref.refusal(`send "${handler}"`)));
}

function askRemote(wait: AskWait, packet: Packet): void {
  const { ref: { host: { links, requests }, at, to, isKeyed }, handler, chain } = wait;
  if (wait.settled) return abandonItem(packet);
  try {
    const { link } = links.peer(at, isKeyed);
    const id = wait.request = requests.expect(at, wait);
    const { meta } = wait.ref;
    if (meta !== null) {
      link.send([CHAINED_ASK, id, to, handler, packet.payload, chain, meta], packet);
    } else if (chain === null) {
      link.sendItem(ASK, to, handler, packet, id);
    } else {
      link.send([CHAINED_ASK, id, to, handler, packet.payload, chain], packet);
    }
  } catch (error) {
    requests.forget(wait.request);
    askLost(wait, packet, error);
  }
}

/** The host has ended, but may be back. */
function askLost(wait: AskWait, packet: Packet, error: unknown): void {
  const { host: { lost }, at } = wait.ref;
  if (lost.defer(at, () => askRemote(wait, packet))) return;
  abandonItem(packet);
  wait.reject(error);
}

/** The error of somebody who gives an id to what has no reply that could be kept. */
export function noReply({ label }: Target, doing: string, handler: string): TypeError {
  return new TypeError(`Cannot ${doing} "${handler}" of actor "${label}": once is for asks`);
}

/** The handlers that wait for what is sent now; `null` outside any turn. */
export function chainOf(ref: Target, turn: Item | null): string[] | null {
  if (turn === null) return null;
  const cell = turn.cell!;
  const waiting = `${cell.label}.${turn.label}`;
  if (cell === ref.awake && cell.isSequential && !isAbandoned(turn)) {
    throw new DeadlockError([waiting]);
  }
  return [...(turn.chain ?? []), waiting];
}
