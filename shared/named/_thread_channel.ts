// The subscription has ended after one or two, also on a busy machine.
const TURNS = 5;

/**
 * Opens a channel that hears other threads, which takes some milliseconds.
 *
 * All channels of a thread share one subscription in Deno, which ends a turn or two after the last one was closed. A
 * channel that is opened before then, whoever closed the last one, never hears anything. Once the subscription has
 * ended, it cannot post any more, which shows it.
 */
export async function openChannel(name: string): Promise<BroadcastChannel> {
  const probe = new BroadcastChannel("troupe:probe");
  const stays = await staysOpen(probe);
  if (!stays) closeChannel(probe);
  const channel = new BroadcastChannel(name);
  if (stays) probe.close();
  return channel;
}

/** Closes a channel, also one whose subscription has ended before. */
export function closeChannel(channel: BroadcastChannel): void {
  try {
    channel.close();
  } catch {
    // It has no subscription to end.
  }
}

async function staysOpen(channel: BroadcastChannel): Promise<boolean> {
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      channel.postMessage(null);
    }
    return true;
  } catch {
    return false;
  }
}
