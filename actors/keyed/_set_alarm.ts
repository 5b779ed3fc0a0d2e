import { checkMs } from "../../channels/vocabulary/checks.ts";
import { cronText, everyText, nextTime } from "./_alarm_times.ts";
import { parseCron } from "./_cron.ts";

/** When an alarm goes off, as it is given. */
interface Time {
  readonly afterMs?: number | undefined;
  readonly at?: Date | number | undefined;
  readonly every?: number | undefined;
  readonly cron?: string | undefined;
}

/** When an alarm goes off first, and how it repeats. */
export interface Timing {
  /** Wall time in milliseconds. */
  readonly due: number;
  readonly repeat: string | null;
}

const DOING = "set alarm";

/**
 * @param now Wall time in milliseconds.
 * @throws {RangeError} when a time is out of range, or the cron expression has no time.
 * @throws {TypeError} when it is not one of the four.
 */
export function timingOf(time: Time, now: number): Timing {
  const given = Object.entries(time ?? {}).filter(([, value]) => value !== undefined);
  const [name] = given.length === 1 ? given[0]! : [];
  switch (name) {
    case "afterMs":
      checkMs(DOING, "afterMs", time.afterMs);
      return once(now + time.afterMs!, "afterMs");
    case "at":
      return once(Number(time.at), "at");
    case "every": {
      checkMs(DOING, "every", time.every);
      if (!(time.every! >= 1) || time.every === Infinity) throw outOfRange("every", time.every);
      return { due: Math.ceil(now + time.every!), repeat: everyText(time.every!) };
    }
    case "cron": {
      parseCron(DOING, String(time.cron));
      const repeat = cronText(String(time.cron).trim());
      const due = nextTime(repeat, now, now);
      if (due === null) throw outOfRange("cron", time.cron);
      return { due, repeat };
    }
    default:
      throw new TypeError(`Cannot ${DOING}: give one of afterMs, at, every and cron`);
  }
}

function once(due: number, name: string): Timing {
  if (!Number.isFinite(due)) throw outOfRange(name, due);
  return { due: Math.ceil(due), repeat: null };
}

function outOfRange(name: string, value: unknown): RangeError {
  return new RangeError(`Cannot ${DOING}: ${name} gives no time, received ${value}`);
}
