/** Types of the part of `@std/cli/parse-args` that Troupe's examples and commands use. */

/** Which flags there are; `S`, `B`, `C` and `D` are inferred from the literal passed. */
export interface ParseOptions<S extends string, B extends string, C extends string, D> {
  /** Flags that take a text. */
  string?: S | readonly S[];
  /** Flags that are on or off. */
  boolean?: B | readonly B[];
  /** Flags that may be given several times; their value is an array. */
  collect?: C | readonly C[];
  /** Flags that can be switched off with `--no-name`. */
  negatable?: string | readonly string[];
  /** Other names of a flag. Their values are typed `unknown`: read the flag itself. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Values of flags that were not given. */
  default?: D;
  /** Leave everything after the first argument that is no flag in `_`. */
  stopEarly?: boolean;
  /** Called for each flag that is not declared; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Value<K, S, B, C> = K extends C
  ? (K extends S ? string[] : K extends B ? boolean[] : unknown[])
  : K extends B ? boolean
  : string | undefined;

type WithDefault<V, K, D> = K extends keyof D ? Exclude<V, undefined> | D[K] : V;

/** The flags found. What was not declared is `unknown`. */
export type Args<S extends string, B extends string, C extends string, D> =
  & { [K in S | B | C]: WithDefault<Value<K, S, B, C>, K, D> }
  & {
    [key: string]: unknown;
    /** The arguments that are no flags; what looks like a number is one, unless `string: ["_"]`. */
    _: Array<string | number>;
  };

/** Reads command line arguments: `parseArgs(Deno.args, { string: ["port"] })`. */
export declare function parseArgs<
  S extends string = never,
  B extends string = never,
  C extends string = never,
  const D extends Readonly<Record<string, unknown>> = Record<never, never>,
>(args: readonly string[], options?: ParseOptions<S, B, C, D>): Args<S, B, C, D>;
