/** A fenced block of TypeScript in the documentation. */
export interface DocBlock {
  /** The file it stands in, relative to the repository. */
  file: string;
  /** The line of its first line of code, counted from 1. */
  line: number;
  code: string;
  /** False for ```` ```ts no-run ````: it is type-checked only. */
  runs: boolean;
  /** What it prints, if the documentation says so. */
  prints: string | undefined;
}

interface Fence {
  /** The words after the backticks. */
  info: string[];
  /** The line of the first line inside. */
  line: number;
  text: string;
  /** The prose between the fence before and this one. */
  before: string;
}

/**
 * Finds every ```` ```ts ```` block of a Markdown or a TypeScript file; in the
 * latter the blocks of the JSDoc comments.
 *
 * A block says what it prints by a ```` ```text ```` fence right after it, with
 * "prints" in the words between.
 */
export function findDocBlocks(file: string, source: string): DocBlock[] {
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const fences = findFences(file.endsWith(".ts") ? jsDocOf(lines) : lines);
  return fences.flatMap((fence, index) => {
    const [language, ...words] = fence.info;
    if (language !== "ts" && language !== "typescript") return [];
    const next = fences[index + 1];
    const printed = next?.info[0] === "text" && /\bprints\b/i.test(next.before);
    return [{
      file,
      line: fence.line,
      code: fence.text,
      runs: !words.includes("no-run"),
      prints: printed ? next.text : undefined,
    }];
  });
}

/** The lines with all but the text of the JSDoc comments blanked. */
function jsDocOf(lines: readonly string[]): string[] {
  let inside = false;
  return lines.map((line) => {
    if (!inside) {
      if (!/^\s*\/\*\*/.test(line) || line.includes("*/")) return "";
      inside = true;
      return line.replace(/^\s*\/\*\* ?/, "");
    }
    if (line.includes("*/")) {
      inside = false;
      return "";
    }
    return line.replace(/^\s*\* ?/, "");
  });
}

function findFences(lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  let before: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = /^(\s*)(`{3,})(.*)$/.exec(lines[at] ?? "");
    if (!opening) {
      before.push(lines[at] ?? "");
      continue;
    }
    const [, indent = "", ticks = "", info = ""] = opening;
    const first = at + 1;
    while (++at < lines.length && lines[at]?.trim() !== ticks);
    fences.push({
      info: info.trim().split(/[\s,]+/),
      line: first + 1,
      text: lines.slice(first, at)
        .map((line) =>
          line.startsWith(indent) ? line.slice(indent.length) : line
        )
        .join("\n"),
      before: before.join("\n"),
    });
    before = [];
  }
  return fences;
}
