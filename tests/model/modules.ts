/**
 * The sources: read, changed where a scenario wants it, rewritten and compiled.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { gettersOf } from "./getters.ts";
import { rewrite } from "./rewrite.ts";
import type { Site } from "./site.ts";
import { spellOut } from "./spell_out.ts";
import { parse, type Tree } from "./syntax_tree.ts";
import { EVENT_LOOP, NARROWED, SCRIPTS } from "./names.ts";

/** A text to replace in a source before it is rewritten. */
export interface Change {
  readonly file: string;
  /** Must be found exactly once. */
  readonly from: string | RegExp;
  readonly to: string;
}

const here = new URL("../../", import.meta.url);
/** Another copy of the sources may be looked at instead. */
const root = Deno.env.get("TROUPE_MODEL_ROOT");

/** The text of a source. */
export function readSource(path: string): string {
  const from = root !== undefined && path.startsWith("channels/")
    ? new URL(`file://${root}/`)
    : here;
  return Deno.readTextFileSync(new URL(path, from));
}

/** Makes the change. @throws {Error} If the text is not there exactly once. */
export function applyChange(text: string, { file, from, to }: Change): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `Cannot change ${file}: found ${
        parts.length - 1
      } times, not once: ${from}`,
    );
  }
  return parts.join(to);
}

/** A module that is ready to be evaluated, again for each thread. */
interface Compiled {
  readonly evaluate: (...given: unknown[]) => Evaluated;
  readonly imports: ReadonlyMap<string, string>;
}

/** What evaluating a module gives. */
export interface Evaluated {
  readonly exports: Record<string, unknown>;
  /** Gives each variable at the top of the module. */
  readonly state: readonly (() => unknown)[];
}

/** All modules that the scenarios need. */
export interface Program {
  readonly modules: ReadonlyMap<string, Compiled>;
  readonly sites: readonly Site[];
  readonly given: readonly string[];
}

/**
 * Reads, changes, rewrites and compiles all modules.
 *
 * @param given The names of what each module is given beside its imports.
 */
export function compile(
  given: readonly string[],
  changes: readonly Change[] = [],
): Program {
  const left = new Set([...NARROWED, ...changes]);
  const sources = new Map<string, Source>();
  const open = [SCRIPTS, EVENT_LOOP];
  for (const path of open) {
    if (sources.has(path)) continue;
    const source = read(path, left);
    sources.set(path, source);
    open.push(...source.imports.values());
  }
  for (const { file } of left) {
    throw new Error(`Cannot change ${file}: not used`);
  }
  const getters = new Set(
    [...sources.values()].flatMap(({ tree }) => gettersOf(tree)),
  );
  const shared = { sites: [] as Site[], functions: 0, getters };
  const modules = new Map<string, Compiled>();
  for (const [path, { text, tree, imports }] of sources) {
    const code = rewrite(path, text, tree, shared);
    const evaluate = new Function(...given, code) as Compiled["evaluate"];
    modules.set(path, { evaluate, imports });
  }
  return { modules, sites: shared.sites, given };
}

/** A source, parsed, as it is before it is rewritten. */
interface Source {
  readonly text: string;
  readonly tree: Tree;
  /** The paths of what it imports, by the specifier. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Variants differ in one or two modules: the others are parsed once. */
const parsed = new Map<string, Source>();

function read(path: string, left: Set<Change>): Source {
  let text = readSource(path);
  for (const change of left) {
    if (change.file !== path) continue;
    text = applyChange(text, change);
    left.delete(change);
  }
  const key = `${path}\n${text}`;
  let source = parsed.get(key);
  if (source === undefined) parsed.set(key, source = parseSource(path, text));
  return source;
}

function parseSource(path: string, typed: string): Source {
  let text = stripTypeScriptTypes(typed);
  text = spellOut(text, parse(path, text));
  const tree = parse(path, text);
  const imports = new Map<string, string>();
  for (const statement of tree.body) {
    if (statement.type !== "ImportDeclaration") continue;
    const specifier: string = statement.source.value;
    const url = new URL(specifier, `file:///${path}`);
    imports.set(specifier, url.pathname.slice(1));
  }
  return { text, tree, imports };
}
