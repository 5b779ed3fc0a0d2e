import { Disk } from "./_disk.ts";

/** By name, as long as somebody has the store. All threads of a simulation share them, as they would a disk. */
const disks = new Map<string, WeakRef<Disk>>();

/** An empty one, in the place of one with the same name. */
export function newDisk(name: string): Disk {
  for (const [each, disk] of disks) if (disk.deref() === undefined) disks.delete(each);
  const disk = new Disk();
  disks.set(name, new WeakRef(disk));
  return disk;
}

/** The one of this name; another one where the threads share nothing. */
export function diskOf(name: string): Disk {
  return disks.get(name)?.deref() ?? new Disk();
}
