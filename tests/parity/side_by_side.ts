/**
 * Runs the same program in Python and in Troupe.
 *
 * @module
 */
import { type Ended, plain, root, runDeno } from "../tools/child.ts";
import { currentStd, stdFlags } from "../tools/std_packages.ts";

const TIMEOUT = 120_000;

/** A Python that is here. */
interface Python {
  readonly command: string;
  /** Such as `3.11`. */
  readonly version: string;
}

/** The Python 3 that is here, if any. */
export const python: Python | undefined = findPython();

function findPython(): Python | undefined {
  for (const command of ["python3", "python"]) {
    try {
      const { success, stdout } = new Deno.Command(command, {
        args: ["-c", "import sys; print(*sys.version_info[:2], sep='.')"],
        stdin: "null",
        stderr: "null",
      }).outputSync();
      const version = new TextDecoder().decode(stdout).trim();
      if (success && version.startsWith("3.")) return { command, version };
    } catch {
      // It is not there.
    }
  }
  return undefined;
}

/** Runs a Python program of this folder, and gives the lines it prints. */
export async function runPython(file: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(python!.command, {
    // Without byte code beside the sources.
    args: ["-B", `tests/parity/${file}`],
    cwd: root,
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${file} failed:\n${decoder.decode(stderr)}`);
  return linesOf(decoder.decode(stdout));
}

/** Loaded first, has the actors run in processes of their own. */
const PROCESS_MODE = new URL("../process_mode.ts", import.meta.url).href;

/**
 * Runs a Troupe program of this folder, and gives the lines it prints.
 *
 * @param isolation Where its actors run.
 */
export async function runTroupe(
  file: string,
  isolation: "thread" | "process" = "thread",
): Promise<string[]> {
  const program = new URL(file, import.meta.url).href;
  const mode = isolation === "process" ? ["--preload", PROCESS_MODE] : [];
  const ended: Ended = await runDeno(
    ["run", "-A", "--no-prompt", ...mode, ...stdFlags(currentStd()), program],
    { timeout: TIMEOUT },
  );
  if (ended.code !== 0) throw new Error(`${file} failed:\n${ended.stderr}`);
  return linesOf(ended.stdout);
}

function linesOf(output: string): string[] {
  return plain(output).split("\n").map((line) => line.trimEnd())
    .filter((line) => line !== "");
}
