import type { WorkerKind } from "../vocabulary/options.ts";
import type { Launcher } from "./launcher.ts";
import { threadLauncher, webLauncher } from "./_local_launchers.ts";

const launchers = new Map<WorkerKind, Launcher>(
  [webLauncher, threadLauncher].map((launcher) => [launcher.kind, launcher]),
);

/** Who starts workers of a kind. */
export function launcherOf(kind: WorkerKind): Launcher {
  return launchers.get(kind)!;
}

/** @throws {TypeError} when workers of this kind cannot keep to permissions of their own. */
export function checkPermissions(kind: WorkerKind, permissions: unknown): void {
  if (permissions === null || launcherOf(kind).keepsPermissions) return;
  throw new TypeError(
    `Cannot place: permissions need worker: "web", a ${kind} cannot keep them`,
  );
}
