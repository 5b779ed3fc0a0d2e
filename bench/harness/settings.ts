/** How this run goes. */
export interface Settings {
  /** Whether every workload is tiny: to see that nothing crashes, not for figures. */
  isQuick: boolean;
  /** Whether other libraries and languages take part. */
  withPeers: boolean;
}

/** Set by the command line, before the first group runs. */
export const settings: Settings = { isQuick: false, withPeers: true };

/** The size of a workload: `full`, or `quick` in a quick run. */
export function sized(full: number, quick: number): number {
  return settings.isQuick ? quick : full;
}
