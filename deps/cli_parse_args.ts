/**
 * `@std/cli/parse-args` from npm, with the types of `cli_parse_args.d.ts`.
 *
 * @module
 */
// @ts-types="./cli_parse_args.d.ts"
export * from "npm:deno-std@1.4.0/cli/parse_args.js";
