/**
 * The objects behind `p.ask` and `p.tell`: a function for each method.
 *
 * @module
 */

import type { Ask, Tell } from "./class_types.ts";
import type { ClassTraits } from "./declaration.ts";
import type { Recipient } from "./recipient.ts";
import type { AnyFunction } from "./sendable.ts";

/** Makes what is called for a method of that name. */
type MakeMethod = (name: string, options: object | undefined) => AnyFunction;

/**
 * An object with a method for each name, which can also be called with options
 * for another such object.
 *
 * The methods that are known are made at once, since a look into a proxy at each
 * call would cost as much as the call. What is not known may be a field of the
 * instance: it goes to the actor, which has the last word.
 *
 * @param verb What is done with them, for errors: `ask`.
 */
export function methodsOf(
  verb: string,
  names: readonly string[],
  make: MakeMethod,
): object {
  const withOptions = (options: unknown) => {
    if (typeof options !== "object" || options === null) {
      throw new TypeError(
        `Cannot ${verb}: options must be an object, such as ` +
          `{ timeout: 100 }, got ${options === null ? "null" : typeof options}`,
      );
    }
    return byName({}, (name) => make(name, options));
  };
  const define = (name: string) => {
    const value = make(name, undefined);
    Object.defineProperty(withOptions, name, { value, configurable: true });
    return value;
  };
  // Else a method called `name` or `length` could not be told from the
  // function's own.
  for (const name of Object.getOwnPropertyNames(withOptions)) {
    Reflect.deleteProperty(withOptions, name);
  }
  for (const name of names) define(name);
  Object.setPrototypeOf(
    withOptions,
    byName(Object.create(null), define),
  );
  return withOptions;
}

/** An object whose properties are made when they are asked for. */
function byName(target: object, make: (name: string) => AnyFunction): object {
  return new Proxy(target, {
    get: (_, name) =>
      // A promise that resolves to the object asks it for `then`.
      typeof name === "symbol" || name === "then" ? undefined : make(name),
  });
}

/** The methods of a class actor to ask. */
export function askMethods<I>(
  recipient: Recipient,
  { methods, streams }: ClassTraits,
): Ask<I> {
  return methodsOf(
    "ask",
    methods,
    (name, options) =>
      streams.includes(name)
        ? (...args: unknown[]) => recipient.stream(name, args, options)
        : (...args: unknown[]) => recipient.ask(name, args, options),
  ) as Ask<I>;
}

/** The methods of a class actor to tell. */
export function tellMethods<I>(
  recipient: Recipient,
  { methods, streams }: ClassTraits,
): Tell<I> {
  return methodsOf("tell", methods, (name, options) => {
    if (!streams.includes(name)) {
      return (...args: unknown[]) => recipient.tell(name, args, options);
    }
    return () =>
      Promise.reject(
        new TypeError(
          `Cannot tell ${name}() to actor ${JSON.stringify(recipient.name)}: ` +
            "it streams, and nobody would read that. Ask for it",
        ),
      );
  }) as Tell<I>;
}
