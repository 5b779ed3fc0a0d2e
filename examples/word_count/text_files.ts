const TEXT = /\.(md|txt|ts)$/;

/** Paths of the text files below a folder; hidden folders are left out. */
export async function* textFiles(folder: string): AsyncGenerator<string, void, void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") yield* textFiles(path);
    else if (isFile && TEXT.test(name)) yield path;
  }
}
