import { cpus } from "node:os";
import { peers } from "../peers/versions.ts";

/** The machine and the versions that figures belong to, a line each. */
export async function describeMachine(): Promise<string[]> {
  const cores = navigator.hardwareConcurrency;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const { model = "unknown processor" } = cpus()[0] ?? {};
  const { deno, v8 } = Deno.version;
  const others = await Promise.all([
    versionOf("Node", "node", ["--version"]),
    versionOf("Python", "python3", ["--version"]),
    versionOf("Erlang/OTP", "erl", [
      "-noshell",
      "-eval",
      'io:format("~s", [erlang:system_info(otp_release)]), halt().',
    ]),
  ]);
  return [
    `${Deno.build.os} ${Deno.build.arch}, ${cores} cores, ${memory} GiB of memory, ${model}`,
    `Deno ${deno} (V8 ${v8}), ${others.join(", ")}`,
    Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(", "),
  ];
}

async function versionOf(name: string, command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    const [version] = /[\d.]+/.exec(new TextDecoder().decode(stdout)) ?? ["?"];
    return `${name} ${version}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `no ${name}`;
    throw error;
  }
}
