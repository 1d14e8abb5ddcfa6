// Holds the direction in which the modules depend on each other:
//   examples, tests → mod.ts → actors → channels → the platform
import { assertEquals } from "@std/assert";
import { filesIn, readText } from "./tools/files.ts";
import { findImports, type Import, withoutComments } from "./tools/imports.ts";

const LONGEST_FILE = 400; // lines
const ENTRY = "mod.ts";

interface Module {
  path: string;
  source: string;
  imports: (Import & { target: string | undefined })[];
}

const runtime = await read(
  (await filesIn("channels", ".ts")).concat(await filesIn("actors", ".ts")),
);
const outside = await read(
  [ENTRY].concat(
    await filesIn("examples", ".ts"),
    await filesIn("benches", ".ts"),
  ),
);

async function read(paths: readonly string[]): Promise<Module[]> {
  const modules: Module[] = [];
  for (const path of paths) {
    const source = await readText(path) ?? "";
    const imports = findImports(source)
      .map((one) => ({ ...one, target: resolve(path, one.specifier) }));
    modules.push({ path, source, imports });
  }
  return modules;
}

/** The path in the repository that a relative specifier means. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.\.?\//.test(specifier)) return undefined;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** Every import of `modules` that breaks the rule, as "file:line specifier". */
function breaking(
  modules: readonly Module[],
  breaks: (one: Module["imports"][number], path: string) => boolean,
): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports.filter((one) => breaks(one, path))
      .map(({ line, specifier }) => `${path}:${line} ${specifier}`)
  );
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

Deno.test("channels/ never imports from actors/", () => {
  const channels = runtime.filter(({ path }) => path.startsWith("channels/"));
  assertEquals(
    breaking(channels, ({ target }) => target?.startsWith("actors/") === true),
    [],
  );
});

Deno.test("actors/ and channels/ import from nowhere else in the repository", () => {
  assertEquals(
    breaking(
      runtime,
      ({ target }) =>
        target !== undefined && !/^(?:actors|channels)\//.test(target),
    ),
    [],
  );
});

Deno.test("no file of actors/ or channels/ imports a mod.ts", () => {
  assertEquals(
    breaking(runtime, ({ target }) => target?.split("/").at(-1) === ENTRY),
    [],
  );
});

Deno.test("a file whose name starts with _ is imported in its own folder only", () => {
  assertEquals(
    breaking(
      [...runtime, ...outside],
      ({ target }, path) =>
        target !== undefined && /\/_[^/]*$/.test(target) &&
        folderOf(target) !== folderOf(path),
    ),
    [],
  );
});

Deno.test("the published modules do not import each other in a circle", () => {
  assertEquals(findCircle(), undefined);
});

Deno.test("the published modules import no package", () => {
  assertEquals(
    breaking(
      runtime,
      ({ target, specifier, lazy }) =>
        target === undefined &&
        !(lazy && specifier === "node:worker_threads") &&
        !specifier.startsWith("node:"),
    ),
    [],
  );
});

/** What is loaded when it is needed, and no sooner: they slow a thread's start. */
const LAZY = ["node:worker_threads", "node:async_hooks"];

/** What only agents and child processes load, which do without neither. */
const ISOLATED: ReadonlyMap<string, string> = new Map([
  ["actors/isolation/child_process.ts", "node:child_process"],
  ["actors/isolation/child_main.ts", "node:net"],
]);

Deno.test(`the published modules name no Node module but ${LAZY.join(", ")}`, () => {
  // A built-in module may also be had by process.getBuiltinModule("node:…").
  const named = runtime.flatMap(({ path, source }) =>
    [...withoutComments(source).matchAll(/["'`](node:[\w/]+)["'`]/g)]
      .filter(([, name]) =>
        !LAZY.includes(name!) && ISOLATED.get(path) !== name
      )
      .map(([, name]) => `${path} ${name}`)
  );
  assertEquals(named, []);
});

Deno.test(`no published file is longer than ${LONGEST_FILE} lines`, () => {
  const long = runtime
    .map(({ path, source }) => ({ path, lines: source.split("\n").length - 1 }))
    .filter(({ lines }) => lines > LONGEST_FILE);
  assertEquals(long, []);
});

/** The first circle of imports, as the files on it; types count as well. */
function findCircle(): string[] | undefined {
  const byPath = new Map(runtime.map((module) => [module.path, module]));
  const done = new Set<string>();

  function visit(path: string, above: readonly string[]): string[] | undefined {
    if (above.includes(path)) {
      return [...above.slice(above.indexOf(path)), path];
    }
    if (done.has(path)) return undefined;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      const circle = target && visit(target, [...above, path]);
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  }

  for (const { path } of runtime) {
    const circle = visit(path, []);
    if (circle) return circle;
  }
  return undefined;
}
