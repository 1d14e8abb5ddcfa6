/**
 * Tells whether `text` is what `pattern` says: the same lines, where `…` in a
 * line stands for anything and a line of `…` alone for any number of lines.
 * Blank lines and spaces at the ends do not count.
 */
export function matchesOutput(pattern: string, text: string): boolean {
  const source = lines(pattern)
    .map((line) => line === "…" ? "(?:.*\n)*" : `${lineSource(line)}\n`)
    .join("");
  const subject = lines(text).map((line) => `${line}\n`).join("");
  return new RegExp(`^${source}$`).test(subject);
}

/** The first line of `pattern` that `text` lacks, in order; undefined if none. */
export function missingLine(pattern: string, text: string): string | undefined {
  const rest = lines(text).values();
  return lines(pattern).filter((line) => line !== "…").find((line) => {
    const wanted = new RegExp(`^${lineSource(line)}$`);
    // The iterator goes on where the line before was found.
    return !rest.some((candidate) => wanted.test(candidate));
  });
}

function lines(text: string): string[] {
  return text.replaceAll("\r\n", "\n").split("\n")
    .map((line) => line.trimEnd()).filter((line) => line !== "");
}

function lineSource(line: string): string {
  return line.split("…").map((part) => RegExp.escape(part)).join(".*");
}
