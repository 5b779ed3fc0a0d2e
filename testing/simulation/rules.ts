import { Host } from "../../actors/host/host.ts";
import { ownersHere } from "../../actors/messaging/systems.ts";
import { enterThread, thread as currentThread } from "../../channels/thread/thread.ts";
import type { SimulatedThread } from "./thread.ts";

/** The hosts that live, by their systems. */
function hostsOf(threads: readonly SimulatedThread[]): Map<string, Host[]> {
  const before = currentThread();
  const found = threads.flatMap(({ own }) => {
    enterThread(own);
    return ownersHere().filter((owner) => owner instanceof Host);
  });
  enterThread(before);
  return Map.groupBy(found, ({ systemId }) => systemId);
}

/**
 * What is not as it must be when nothing is under way: requests that nobody will answer, links of which one side knows
 * nothing, and what was placed on a worker, but neither lives there nor has departed.
 *
 * @param threads Those that live.
 */
export function brokenRules(threads: readonly SimulatedThread[]): string[] {
  return hostsOf(threads).values().flatMap(brokenRulesOf).toArray();
}

function brokenRulesOf(hosts: readonly Host[]): string[] {
  const byIndex = new Map(hosts.map((host) => [host.index, host]));
  return hosts.flatMap((host) => [
    ...unanswered(host, byIndex),
    ...deaf(host, byIndex),
    ...misplaced(host, byIndex),
  ]);
}

type Hosts = ReadonlyMap<number, Host>;

function unanswered({ index, requests }: Host, hosts: Hosts): string[] {
  return requests.open.flatMap(({ id, at }) => {
    const peer = hosts.get(at)?.links.peers.find((peer) => peer.index === index);
    if (peer?.requests.has(id)) return [];
    return [`host ${index} waits for host ${at} to answer request ${id}, which that does not know`];
  });
}

function deaf({ index, links }: Host, hosts: Hosts): string[] {
  return links.peers.flatMap((peer) => {
    const other = hosts.get(peer.index);
    if (other === undefined) {
      return [`host ${index} has a link to host ${peer.index}, which has ended`];
    }
    if (other.links.peers.some((back) => back.index === index)) return [];
    return [`host ${index} has a link to host ${peer.index}, which does not listen`];
  });
}

function misplaced({ coordinator }: Host, hosts: Hosts): string[] {
  return (coordinator?.loads ?? []).flatMap(({ index, load }) => {
    const host = hosts.get(index);
    const living = host === undefined ? 0 : host.cells.size + host.returning.size + host.tasks.size;
    if (load <= living) return [];
    return [`${load} were placed on host ${index} and have not departed, but ${living} live there`];
  });
}
