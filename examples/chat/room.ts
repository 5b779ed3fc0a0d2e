import { actor, type Queue } from "@troupe/actors";

/** Hands what one says to all who are in the room. Whoever is too slow to read it misses it. */
export const room = actor(import.meta, (context) => {
  const members = new Map<string, Queue<string>>();
  context.onStop(() => members.forEach((lines) => lines.close())); // Lets them go.
  const broadcast = async (line: string): Promise<void> => {
    await Promise.all(members.values().map((lines) => lines.trySend(line)));
  };
  return {
    /** Resolves to whether nobody else has that name. */
    async join(nick: string, lines: Queue<string>): Promise<boolean> {
      if (members.has(nick)) return false;
      members.set(nick, lines);
      await broadcast(`* ${nick} has joined ${[...members.keys()].join(", ")}`);
      return true;
    },
    say: (nick: string, text: string) => broadcast(`${nick}: ${text}`),
    leave: (nick: string) => members.delete(nick) && broadcast(`* ${nick} has left`),
  };
});
