/**
 * The table of behaviours in Python and in Troupe.
 *
 * As a program, the `parity` task: runs them and writes `docs/parity.md`.
 *
 * @module
 */
import { root } from "../tools/child.ts";
import { ROWS } from "./rows.ts";
import { python, runPython, runTroupe } from "./side_by_side.ts";

/** The file with the table. */
export const TABLE: URL = new URL("docs/parity.md", root);

/** What was seen of each behaviour, as JSON, by its number. */
export type Seen = ReadonlyMap<string, string>;

/** Reads what `behaviours.py` or `behaviours.ts` printed. */
function readSeen(lines: readonly string[]): Seen {
  return new Map(lines.map((line) => {
    const [number, value] = JSON.parse(line) as [string, unknown];
    return [number, JSON.stringify(value)];
  }));
}

/** Has Python show the behaviours. */
export async function seenInPython(): Promise<Seen> {
  return readSeen(await runPython("behaviours.py"));
}

/** Has Troupe show the behaviours, its actors in threads or in processes. */
export async function seenInTroupe(
  isolation: "thread" | "process" = "thread",
): Promise<Seen> {
  return readSeen(await runTroupe("behaviours.ts", isolation));
}

/** What the document says of the Python that it shows. */
export function versionText(version: string): string {
  return `Python ${version}`;
}

const head = (version: string) =>
  `# The same in Python and in Troupe

What Python's \`multiprocessing\` and \`concurrent.futures\` do, and what Troupe
does: each line was seen by running it in both, from
[behaviours.py](../tests/parity/behaviours.py) and
[behaviours.ts](../tests/parity/behaviours.ts). The numbers are those of
[tests/parity.md](../tests/parity.md), which tells of more; X is what Python has
not. \`deno task parity\` writes this file; its Python is ${
    versionText(version)
  }.

The last column is Troupe once more, with all actors in processes of their own,
by \`configure({ isolation: "process" })\`: there it is the same as in threads, or
it is not, and why.

| Line | Behaviour | Python | Troupe | | Troupe process |
| --- | --- | --- | --- | --- | --- |
`;

/** The document, formatted. */
export async function tableText(
  version: string,
  inPython: Seen,
  inTroupe: Seen,
  inProcess: Seen,
): Promise<string> {
  const rows = ROWS.map(({ number, behaviour, why, whyInProcess }) => {
    const cells = [inPython, inTroupe].map((seen) => cellOf(seen.get(number)));
    const beside = why === undefined ? "same" : `differs: ${why}`;
    const process = processCell(inProcess.get(number), whyInProcess);
    const texts = [number, behaviour, ...cells, beside, process];
    return `| ${texts.join(" | ")} |\n`;
  });
  return await formatted(head(version) + rows.join(""));
}

/** What was seen as a reader likes it: a text without quotes, no brackets. */
export function cellOf(seen: string | undefined): string {
  const value: unknown = JSON.parse(seen ?? '"?"');
  const parts = Array.isArray(value) ? value : [value];
  return `\`${parts.map(String).join(", ")}\``;
}

/** What the last column says of what was seen there. */
export function processCell(seen: string | undefined, why?: string): string {
  return why === undefined ? "same" : `${cellOf(seen)}, differs: ${why}`;
}

async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("Cannot format the table");
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const inPython = await seenInPython();
  const inTroupe = await seenInTroupe();
  const inProcess = await seenInTroupe("process");
  Deno.mkdirSync(new URL(".", TABLE), { recursive: true });
  const { version } = python!;
  const text = await tableText(version, inPython, inTroupe, inProcess);
  Deno.writeTextFileSync(TABLE, text);
}
