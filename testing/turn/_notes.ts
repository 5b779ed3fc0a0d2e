import type { Effects } from "./effects.ts";

type Noted<T> = T extends readonly (infer E)[] ? E[] : T;
type Lists = { [K in keyof Effects]: Noted<Effects[K]> };

/** {@linkcode Effects} that are being noted. */
export class Notes implements Lists {
  readonly told: Lists["told"] = [];
  readonly asked: Lists["asked"] = [];
  readonly streamed: Lists["streamed"] = [];
  readonly spawned: Lists["spawned"] = [];
  readonly ran: Lists["ran"] = [];
  readonly watched: Lists["watched"] = [];
  readonly scheduled: Lists["scheduled"] = [];
  readonly ended: Lists["ended"] = [];
  became: object | null = null;
  stopped = false;
}
