import { currentTurn } from "../cell/turn.ts";
import type { OutputGate, Target } from "../messaging/ref_owner.ts";
import { DurableCell } from "./_durable_cell.ts";

/** Holds back what the turns of durable actors send, until it may leave. */
export class Gate implements OutputGate {
  holdsTell(ref: Target, handler: string, args: unknown[]): boolean {
    return durableCell()?.holdsTell(ref, handler, args) ?? false;
  }

  holds(send: () => void, refuse: (error: unknown) => void): boolean {
    return durableCell()?.holds(send, refuse) ?? false;
  }
}

/** The durable actor whose turn calls. */
function durableCell(): DurableCell | null {
  const cell = currentTurn()?.cell;
  return cell instanceof DurableCell ? cell : null;
}
