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

/** Has Troupe show the behaviours. */
export async function seenInTroupe(): Promise<Seen> {
  return readSeen(await runTroupe("behaviours.ts"));
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

| Line | Behaviour | Python | Troupe | |
| --- | --- | --- | --- | --- |
`;

/** The document, formatted. */
export async function tableText(
  version: string,
  inPython: Seen,
  inTroupe: Seen,
): Promise<string> {
  const rows = ROWS.map(({ number, behaviour, why }) => {
    const cells = [inPython, inTroupe].map((seen) => cellOf(seen.get(number)));
    return `| ${number} | ${behaviour} | ${cells.join(" | ")} | ${
      why === undefined ? "same" : `differs: ${why}`
    } |\n`;
  });
  return await formatted(head(version) + rows.join(""));
}

/** What was seen as a reader likes it: a text without quotes, no brackets. */
export function cellOf(seen: string | undefined): string {
  const value: unknown = JSON.parse(seen ?? '"?"');
  const parts = Array.isArray(value) ? value : [value];
  return `\`${parts.map(String).join(", ")}\``;
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
  const [inPython, inTroupe] = [await seenInPython(), await seenInTroupe()];
  Deno.mkdirSync(new URL(".", TABLE), { recursive: true });
  const text = await tableText(python!.version, inPython, inTroupe);
  Deno.writeTextFileSync(TABLE, text);
}
