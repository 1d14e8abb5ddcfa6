/**
 * How an error is written.
 *
 * ```text
 *   ERROR base registered name stack  [ message name ]  hidden visible  fields
 *         └────── texts ─────┘   │    └ DOMException ┘  └── counts ──┘  (text, value)…
 *                                └ a text or UNDEFINED
 * ```
 *
 * `base` is the nearest class of the platform, `registered` the name of a class of
 * the registry or empty, `name` what the error is to be called where neither says
 * it, or empty. The hidden fields, which `for…in` does not show, come first.
 *
 * The platform's own clone would not do: it turns every subclass into an `Error`
 * and drops its fields, and the `errors` of an `AggregateError` as well.
 *
 * @module
 */

import { classNameOf, platformClass } from "./error_classes.ts";

/** What is sent of an error. */
export interface ErrorParts {
  /** The texts `base`, `registered` and `name`. */
  readonly texts: readonly [string, string, string];
  /** The stack, unless the error has none. */
  readonly stack: string | undefined;
  /** The message and name of a `DOMException`, fixed when it is made. */
  readonly exception: readonly [string, string] | undefined;
  /** The names of the fields, the hidden ones first. */
  readonly names: readonly string[];
  /** The values of the fields. */
  readonly values: readonly unknown[];
  /** How many of the fields are hidden. */
  readonly hidden: number;
}

/** Reads a field of an error, which may run code of the error's class. */
export type ReadField = (error: Error, name: string) => unknown;

/** What the language's own errors may have in fields that do not show. */
const HIDDEN = ["message", "cause", "errors", "error", "suppressed", "name"];

/** Takes apart an error; nothing of it is read twice. */
export function partsOf(error: Error, read: ReadField): ErrorParts {
  const { base, registered, exact } = classNameOf(error);
  const names: string[] = [];
  const values: unknown[] = [];

  function add(name: string, value: unknown): void {
    names.push(name);
    values.push(value);
  }

  const visible = Object.keys(error).filter((name) => name !== "stack");
  for (const name of HIDDEN) {
    if (visible.includes(name)) continue;
    if (Object.hasOwn(error, name)) add(name, read(error, name));
  }
  const isException = base === "DOMException";
  if (!Object.hasOwn(error, "message") && !isException) {
    const computed = read(error, "message");
    if (computed !== "" && computed !== undefined) add("message", computed);
  }
  if (!Object.hasOwn(error, "cause") && "cause" in error) {
    add("cause", read(error, "cause"));
  }
  const hidden = names.length;
  for (const name of visible) add(name, read(error, name));

  const stack = read(error, "stack");
  const called = exact || Object.hasOwn(error, "name")
    ? ""
    : calledOf(error, base, read);
  return {
    texts: [base, registered, called],
    stack: typeof stack === "string" ? stack : undefined,
    exception: isException
      ? [String(read(error, "message")), String(read(error, "name"))]
      : undefined,
    names,
    values,
    hidden,
  };
}

/** What an error of an unknown class is called: the class, if it has a name. */
function calledOf(error: Error, base: string, read: ReadField): string {
  const name = read(error, "name");
  const inherited = base === "DOMException"
    ? "Error" // what it calls itself if not told otherwise
    : platformClass(base)?.prototype.name;
  if (typeof name === "string" && name !== inherited) return name;
  const constructor = read(error, "constructor");
  return typeof constructor === "function" ? String(constructor.name) : "";
}
