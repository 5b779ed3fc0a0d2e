/**
 * Tests that need a program which a fresh machine does not have: a browser, a server.
 *
 * Where it is missing they are left out, with one line that says what to install. In CI (`CI` is set) they run all the
 * same, and fail.
 *
 * @module
 */
import { programTest } from "./program.ts";

/** A program that tests need. */
export interface Program {
  /** What it is called in the line. */
  readonly name: string;
  /** Debian's package. */
  readonly package: string;
  /** The paths at which it may be; the first that is there is taken. */
  readonly paths: readonly string[];
}

/** Headless Chromium; `CHROMIUM_PATH` names another one than Debian's. */
export const chromium: Program = {
  name: "Chromium",
  package: "chromium",
  paths: [Deno.env.get("CHROMIUM_PATH") ?? "/usr/bin/chromium"],
};

/** Git, with the history of these sources. */
export const git: Program = {
  name: "git",
  package: "git",
  paths: (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/git`),
};

/** The path of a program; `undefined` where it is not installed. */
export function pathOf({ paths }: Program): string | undefined {
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return false;
      }
      throw error;
    }
  });
}

/** Whether a test of this program is left out: it is not installed, and this is not CI. */
export function isLeftOut(program: Program, isCi = Deno.env.get("CI") !== undefined): boolean {
  return !isCi && pathOf(program) === undefined;
}

const told = new Set<Program>();

/** Declares a test of a program; left out, with a line that says what to install, where it is missing. */
export function testWith(program: Program, name: string, fn: () => Promise<void>): void {
  const ignore = isLeftOut(program);
  if (ignore && !told.has(program)) {
    told.add(program);
    console.log(`Left out: tests that need ${program.name} (Debian's package: ${program.package})`);
  }
  programTest(name, fn, { ignore });
}
