/**
 * Which classes of errors keep their class on the way to another actor.
 *
 * An error arrives with its message, stack, cause and fields in any case. To be
 * an `instanceof` its class there, the class must be known on both sides: the
 * platform's classes are, and those registered here.
 *
 * @module
 */

import {
  BrokenPipeError,
  NotSendableError,
  PipeClosedError,
  QueueClosedError,
} from "./errors.ts";

/** A class of errors, whatever its constructor takes. */
export type ErrorClass =
  & (abstract new (...parameters: never[]) => Error)
  & { readonly name: string };

/** The class of an error, as it is told to another actor. */
export interface ErrorClassName {
  /** The nearest class of the platform: `TypeError`, `Deno.errors.NotFound`. */
  readonly base: string;
  /** The name it was registered by, or "" for a class that is not. */
  readonly registered: string;
  /** Whether instances of the class are fully described by the two names. */
  readonly exact: boolean;
}

/** Classes by what their instances inherit from, and by name. */
class ClassTable {
  readonly #names = new Map<object, string>();
  readonly #classes = new Map<string, ErrorClass>();

  add(name: string, errorClass: ErrorClass): void {
    this.#names.set(errorClass.prototype, name);
    this.#classes.set(name, errorClass);
  }

  nameOf(prototype: object): string | undefined {
    return this.#names.get(prototype);
  }

  get(name: string): ErrorClass | undefined {
    return this.#classes.get(name);
  }
}

const registered = new ClassTable();
let platform: ClassTable | undefined;

/**
 * Lets the errors of a class arrive as instances of it.
 *
 * Both actors must have registered the class, under one name; a module that
 * declares and registers it, and that both load, sees to it. On arrival the
 * constructor does not run: the instance inherits from the class's prototype and
 * has the own fields of the error that was sent. So keep what matters in fields,
 * not in private members.
 *
 * @param errorClass A class that extends `Error`, with a name.
 * @throws {TypeError} If it is no class of errors, or another class is registered
 * under its name.
 */
export function registerErrorClass(errorClass: ErrorClass): void {
  const { name, prototype } = errorClass;
  if (!(prototype instanceof Error) || name === "") {
    throw new TypeError(
      `Cannot register the class "${name}": it is not a named class of errors`,
    );
  }
  const known = registered.get(name);
  if (known !== undefined && known.prototype !== prototype) {
    throw new TypeError(
      `Cannot register the class "${name}": another class has this name`,
    );
  }
  registered.add(name, errorClass);
}

/** Says which class an error is of, as far as another actor can know it. */
export function classNameOf(error: Error): ErrorClassName {
  platform ??= platformClasses();
  let prototype: object | null = Object.getPrototypeOf(error);
  const own = prototype === null ? undefined : registered.nameOf(prototype);
  for (let steps = 0; prototype !== null; steps++) {
    const base = platform.nameOf(prototype);
    if (base !== undefined) {
      return {
        base,
        registered: own ?? "",
        exact: steps === 0 || own !== undefined,
      };
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return { base: "Error", registered: "", exact: false };
}

/** The class of the platform that has this name. */
export function platformClass(name: string): ErrorClass | undefined {
  platform ??= platformClasses();
  return platform.get(name);
}

/** The registered class that has this name. */
export function registeredClass(name: string): ErrorClass | undefined {
  return registered.get(name);
}

/** Made when first needed: most threads never see an error travel. */
function platformClasses(): ClassTable {
  const table = new ClassTable();
  const classes = [
    Error,
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SuppressedError,
    SyntaxError,
    TypeError,
    URIError,
    DOMException,
  ];
  for (const one of classes) table.add(one.name, one);
  for (const [name, one] of Object.entries(Deno.errors)) {
    table.add(`Deno.errors.${name}`, one);
  }
  return table;
}

registerErrorClass(BrokenPipeError);
registerErrorClass(NotSendableError);
registerErrorClass(PipeClosedError);
registerErrorClass(QueueClosedError);
