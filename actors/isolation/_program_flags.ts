/**
 * The flags that make a child see the configuration of the program.
 *
 * A child's main module is a `data:` URL, for which Deno looks for nothing, in
 * no folder: no `deno.json`, no `package.json`, no `deno.lock`. All must be
 * named. Deno tells a program neither its flags nor its configuration; on Linux
 * a thread that may do everything can read them off its own command line, and
 * others look where Deno itself does.
 *
 * @module
 */
import {
  existingFile,
  findConfiguration,
  findLock,
} from "./_configuration_files.ts";
import { mayUse } from "./_thread_rights.ts";

/** Flags with a value, which may be the next argument. */
const WITH_VALUE = [
  "--config",
  "--import-map",
  "--cert",
  "--conditions",
  "--lock",
  "--min-dep-age",
  "--node-modules-linker",
  "--seed",
];
/** Those of them whose value is a path, or a URL. */
const PLACES = ["--config", "--import-map", "--cert", "--lock"];
/** Flags without a value, or with one behind "=". */
const PLAIN = [
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--vendor",
  "--node-modules-dir",
  "--unsafely-ignore-certificate-errors",
  "--use-env-proxy",
  "--v8-flags",
];

/**
 * The flags that name the configuration of the program, whose main module this
 * is; without it, only what the command line says is known. Code that runs
 * ahead of the main module (`--preload`, `--require`) is no configuration:
 * Deno does not run it in workers either.
 */
export function programFlags(mainModule: string | undefined): string[] {
  const flags = configurationFlags(commandLine(), currentFolder());
  const all = [...flags, ...unnamed(flags, mainModule)];
  return [...all, ...lockFlags(all)];
}

/** What Deno found by itself, next to what it was told. */
function unnamed(flags: readonly string[], mainModule: string | undefined) {
  const isTold = (name: string) =>
    flags.some((flag) => split(flag)[0] === name);
  if (isTold("--no-config") || isTold("--config")) return [];
  return findConfiguration(mainModule)
    .filter((flag) => !isTold(split(flag)[0]));
}

/**
 * A child keeps to the versions in the program's lock file, and never writes
 * one: what a module of its own would add to it is an error in the child.
 */
function lockFlags(flags: readonly string[]): string[] {
  if (flags.includes("--no-lock")) return [];
  const named = flagValue(flags, "--lock");
  const config = flagValue(flags, "--config");
  const lock = named !== undefined
    ? existingFile(named)
    : config !== undefined
    ? findLock(config)
    : undefined;
  return [lock === undefined ? "--no-lock" : "--frozen"];
}

/** The value of the last flag of a name that has one, written `--flag=value`. */
export function flagValue(
  flags: readonly string[],
  name: string,
): string | undefined {
  return flags.findLast((flag) => flag.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/**
 * Those of the arguments of Deno that are flags of the configuration, each as
 * one argument; relative paths start at `folder`.
 */
export function configurationFlags(
  line: readonly string[],
  folder: string | undefined,
): string[] {
  const flags: string[] = [];
  for (let at = 0; at < line.length && line[at] !== "--"; at++) {
    // "-c x", "-c=x" and "-cx", also behind other letters: "-Ac x".
    const word = line[at]!.replace(/^-[abd-zA-Z]*c=?/, "--config=")
      .replace(/^--config=$/, "--config");
    const [name, value] = split(word);
    if (WITH_VALUE.includes(name)) {
      const given = value ?? line[++at];
      if (given !== undefined) {
        flags.push(`${name}=${placed(name, given, folder)}`);
      }
    } else if (PLAIN.includes(name) || name.startsWith("--unstable-")) {
      flags.push(word);
    }
  }
  return flags;
}

function split(word: string): [name: string, value: string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function placed(name: string, value: string, folder: string | undefined) {
  const isRelative = PLACES.includes(name) && folder !== undefined &&
    !value.startsWith("/") && !/^[a-z][a-z0-9+.-]+:/i.test(value);
  return isRelative ? `${folder}/${value}` : value;
}

/** The arguments of Deno: those before the program's own. */
function commandLine(): string[] {
  const path = "/proc/self/cmdline";
  if (Deno.build.os !== "linux" || !mayUse("read", path)) return [];
  try {
    // Deno wants every right for this file. It denies it without a question.
    const line = Deno.readTextFileSync(path).split("\0").slice(0, -1);
    return line.slice(1, line.length - Deno.args.length);
  } catch {
    return [];
  }
}

function currentFolder(): string | undefined {
  try {
    return mayUse("read") ? Deno.cwd() : undefined;
  } catch {
    return undefined; // it was removed
  }
}
