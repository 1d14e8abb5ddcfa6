/** An import, or a re-export, of another module. */
export interface Import {
  specifier: string;
  /** Whether it is an `import("…")` in the code, and so done when reached. */
  lazy: boolean;
  line: number;
}

const STATIC =
  /^(?:import|export)\b(?:[^;"'`]*?\bfrom)?\s*["']([^"'\n]+)["']/gm;
const LAZY = /\bimport\(\s*["'`]([^"'`\n]+)["'`]/g;

/** Finds the imports of a TypeScript module, those in its comments aside. */
export function findImports(source: string): Import[] {
  const code = withoutComments(source);
  const found = (pattern: RegExp, lazy: boolean) =>
    [...code.matchAll(pattern)].map((match) => ({
      specifier: match[1] ?? "",
      lazy,
      line: code.slice(0, match.index).split("\n").length,
    }));
  return [...found(STATIC, false), ...found(LAZY, true)];
}

/**
 * The source with its comments blanked, lines kept. A `//` counts only at the
 * start of a line or after a space, so that the one in a URL does not.
 */
export function withoutComments(source: string): string {
  return source.replaceAll(
    /^\s*\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm,
    (comment) => comment.replaceAll(/[^\n]/g, ""),
  );
}
