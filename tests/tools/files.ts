import { root } from "./child.ts";

/**
 * The files of a folder and the folders in it that end in `suffix`, relative
 * to the repository, sorted; none if there is no such folder.
 */
export async function filesIn(
  folder: string,
  suffix: string,
): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(new URL(`${folder}/`, root))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) found.push(...await filesIn(path, suffix));
      else if (path.endsWith(suffix)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

/** The text of a file of the repository; undefined if there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    const text = await Deno.readTextFile(new URL(path, root));
    return text.replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
