/**
 * What the floors do not keep yet; both lists may only shrink.
 *
 * @module
 */

/** Imports that go up, sideways, or to a private file of another folder. */
export const upward: ReadonlySet<string> = new Set<string>([
  "actors/hosts/coordinator.ts -> actors/host/host.ts",
  "actors/hosts/directory.ts -> actors/host/host.ts",
  "actors/hosts/workers.ts -> actors/host/host.ts",
  "actors/lifecycle/guard_elsewhere.ts -> actors/host/host.ts",
  "actors/lifecycle/remote_child.ts -> actors/host/host.ts",
  "actors/lifecycle/spawn.ts -> actors/host/host.ts",
  "actors/lifecycle/start.ts -> actors/host/host.ts",
  "actors/lifecycle/start_requests.ts -> actors/host/host.ts",
  "actors/messaging/inbox.ts -> actors/host/host.ts",
  "actors/messaging/inbox.ts -> actors/lifecycle/start_requests.ts",
  "actors/messaging/links.ts -> actors/host/host.ts",
  "actors/messaging/links.ts -> actors/hosts/orders.ts",
  "actors/messaging/links.ts -> actors/lifecycle/remote_child.ts",
  "actors/messaging/outbox.ts -> actors/cell/_async_turns.ts",
  "actors/messaging/ref.ts -> actors/host/host.ts",
  "actors/messaging/ref.ts -> actors/lifecycle/control.ts",
]);

/** Files that reach themselves. */
export const circular: ReadonlySet<string> = new Set<string>([
  "actors/host/host.ts",
  "actors/hosts/coordinator.ts",
  "actors/hosts/workers.ts",
  "actors/lifecycle/control.ts",
  "actors/lifecycle/guard_elsewhere.ts",
  "actors/lifecycle/remote_child.ts",
  "actors/lifecycle/start_requests.ts",
  "actors/messaging/facade.ts",
  "actors/messaging/inbox.ts",
  "actors/messaging/links.ts",
  "actors/messaging/outbox.ts",
  "actors/messaging/ref.ts",
]);
