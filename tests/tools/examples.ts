import { filesIn, readText } from "./files.ts";

/** A program in `examples/` and the command in its first line. */
export interface Example {
  /** The file without folder and ending. */
  name: string;
  file: string;
  source: string;
  /** As written, `deno` included; undefined if the first line has none. */
  command: string | undefined;
  /** The command's words after `deno`. */
  args: string[];
}

/** Every example, in the order of their names. */
export async function findExamples(): Promise<Example[]> {
  const examples: Example[] = [];
  for (const file of await filesIn("examples", ".ts")) {
    // A folder in examples/ holds what an example reads, not examples.
    if (file.split("/").length !== 2) continue;
    const source = await readText(file) ?? "";
    const command = readCommand(source);
    examples.push({
      name: file.slice("examples/".length, -".ts".length),
      file,
      source,
      command,
      args: command?.split(/\s+/).slice(1) ?? [],
    });
  }
  return examples;
}

/** The command in the first line of an example. */
export function readCommand(source: string): string | undefined {
  return /^\/\/ (deno run .*\S)\s*\n/.exec(source)?.[1];
}
