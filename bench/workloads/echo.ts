import type { Role } from "../harness/workload.ts";
import type { Message } from "./actors.ts";

/** Sends a message to a worker and gives what comes back. */
export interface Echo {
  readonly name: string;
  readonly role: Role;
  /** Most messages that it is given at a time, where it slows down with how many are in flight. */
  readonly most?: number;
  echo(message: Message): Promise<Message>;
  /** Ends the worker. */
  close(): Promise<void>;
}
