/**
 * Declaring actors.
 *
 * @module
 */

import { INSPECT } from "../channels/inspect.ts";
import { ownHandle } from "./class_process_handle.ts";
import type { ClassCheck } from "./class_types.ts";
import { currentProcess } from "./current_process.ts";
import {
  addDeclaration,
  type ClassTraits,
  type Declaration,
  setDeclaration,
} from "./declaration.ts";
import { ProcessStateError } from "./errors.ts";
import { checkIsolation, type IsolationOptions } from "./isolation_options.ts";
import { checkMailbox, type MailboxOptions } from "./mailbox_options.ts";
import { isStreaming, methodNames } from "./_method_table.ts";
import { normalizePermissions, type Permissions } from "./permissions.ts";
import {
  type ClassActor,
  type ClassProcess,
  type FunctionActor,
  Process,
  type ProcessOptions,
  type SpawnParameters,
} from "./process.ts";
import type { AnyFunction, TargetCheck } from "./sendable.ts";

/** How an actor is declared. */
export interface ActorOptions extends IsolationOptions {
  /** The name to declare it under; by default that of the function or class. */
  name?: string;
  /**
   * What its actors may do. `"none"` by default: they compute, and use the
   * channels they are given. Relative paths start at the declaring module.
   */
  permissions?: Permissions;
}

/** How an actor that is a class is declared. */
export interface ClassActorOptions extends ActorOptions {
  /** What bounds its mailbox; by default 1,024 messages, and senders wait. */
  mailbox?: MailboxOptions;
  /**
   * Whether a message may be begun while a method that awaits something has not
   * finished the one before. By default `false`: one at a time, to its end.
   */
  reentrant?: boolean;
  /**
   * What becomes of the actor when the method of an ask throws. The asker gets
   * the error in any case: `"go-on"` (the default) leaves it at that, `"end"`
   * ends the actor with the error, as OTP does, for a supervisor to start anew.
   * What the method of a tell throws always ends the actor.
   */
  whenAskThrows?: "go-on" | "end";
}

/**
 * Declares that a class can be run as an actor: each is an instance that
 * answers messages, and lives until it is stopped. Its public methods and
 * function-valued fields are what others may call; see `ClassProcess` for how,
 * and `ActorHooks` for the methods that Troupe itself calls.
 *
 * Runs nothing; see the other form for what that means for the module.
 *
 * @example
 * ```ts ignore
 * import { actor } from "@troupe/troupe";
 *
 * const greeter = actor(import.meta, class Greeter {
 *   constructor(readonly word: string) {}
 *   greet(name: string) {
 *     return `${this.word}, ${name}!`;
 *   }
 * });
 *
 * if (import.meta.main) {
 *   await using english = greeter.spawn(["Hello"]);
 *   console.log(await english.ask.greet("world")); // Hello, world!
 * }
 * ```
 *
 * @param meta `import.meta` of the declaring module, as it is.
 * @param target The class.
 * @throws {TypeError} If the class has no name and none is given, has a method
 *   called `then`, or if an option is not as it should.
 * @throws {RangeError} If the capacity of the mailbox is out of range.
 * @throws {DeclarationError} If the module declares one of that name already.
 */
export function actor<C extends new (...args: never[]) => object>(
  meta: ImportMeta,
  target: C & ClassCheck<C>,
  options?: ClassActorOptions,
): ClassActor<ConstructorParameters<C>, InstanceType<C>>;
/**
 * Declares that a function can be run as an actor.
 *
 * Runs nothing. An actor's thread loads the declaring module again and finds
 * the function there by its name. So no export is needed and nothing is
 * shipped as text: what the module's top level defines is there too, as a
 * fresh copy. Two things follow:
 *
 * - Declare at the top level of a module, where loading it gets to.
 * - What the program itself does goes under `if (import.meta.main)`, or every
 *   actor would do it too.
 *
 * The compiler refuses a function whose arguments or result can never be sent.
 *
 * @example
 * ```ts ignore
 * import { actor } from "@troupe/troupe";
 *
 * const size = actor(import.meta, async function size(path: string) {
 *   return (await Deno.stat(path)).size;
 * }, { permissions: { read: ["."] } });
 *
 * if (import.meta.main) {
 *   const path = new URL(import.meta.url).pathname;
 *   console.log(await size.spawn([path]).result() > 0); // true
 * }
 * ```
 *
 * @param meta `import.meta` of the declaring module, as it is.
 * @param target The function.
 * @throws {TypeError} If the target is no function, a generator function or a
 *   class, or has no name and none is given; if an option is not as it should.
 * @throws {DeclarationError} If the module declares one of that name already.
 */
export function actor<T extends AnyFunction>(
  meta: ImportMeta,
  target: T & TargetCheck<T>,
  options?: ActorOptions,
): FunctionActor<Parameters<T>, Awaited<ReturnType<T>>>;
export function actor(
  meta: ImportMeta,
  target: Declaration["target"],
  options: ClassActorOptions = {},
): unknown {
  const module = meta?.url;
  if (typeof module !== "string") {
    throw new TypeError(
      "Cannot declare an actor: the first argument must be `import.meta`",
    );
  }
  const isClass = checkTarget(target);
  const { name = target.name, permissions } = options;
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `Cannot declare an actor: the ${isClass ? "class" : "function"} has no ` +
        "name. Name it, or pass `{ name }`",
    );
  }
  const declaration: Declaration = {
    name,
    module,
    target,
    permissions: normalizePermissions(permissions, module),
    isolation: options.isolation === undefined && options.memory === undefined
      ? undefined
      : checkIsolation(options, "declare an actor"),
    traits: isClass ? traitsOf(target, options) : undefined,
  };
  addDeclaration(declaration);
  return isClass
    ? new DeclaredClass(declaration)
    : new DeclaredFunction(declaration);
}

/** Whether the target is a class; throws if it is nothing that can be run. */
function checkTarget(target: unknown): boolean {
  const found = typeof target !== "function"
    ? `${target === null ? "null" : typeof target}`
    : Object.prototype.toString.call(target).includes("Generator")
    ? "a generator function. Send what it yields through a queue, or make it " +
      "a method of a class"
    : undefined;
  if (found === undefined) {
    return /^class\b/.test(Function.prototype.toString.call(target));
  }
  throw new TypeError(
    `Cannot declare an actor: expected a function or a class, got ${found}`,
  );
}

function traitsOf(
  target: Declaration["target"],
  { mailbox, reentrant = false, whenAskThrows = "go-on" }: ClassActorOptions,
): ClassTraits {
  const wrong = typeof reentrant !== "boolean"
    ? `reentrant must be a boolean, got ${typeof reentrant}`
    : whenAskThrows !== "go-on" && whenAskThrows !== "end"
    ? `whenAskThrows must be "go-on" or "end", got ${
      JSON.stringify(whenAskThrows)
    }`
    : "then" in target.prototype
    ? '"then" may not be the name of a method: whoever awaits a handle would ' +
      "call it"
    : undefined;
  if (wrong !== undefined) {
    throw new TypeError(`Cannot declare an actor: ${wrong}`);
  }
  const { prototype } = target;
  const methods = methodNames(prototype);
  return {
    mailbox: checkMailbox(mailbox),
    isReentrant: reentrant,
    endsOnThrow: whenAskThrows === "end",
    methods,
    streams: methods.filter((name) => isStreaming(prototype[name])),
  };
}

abstract class Declared<A extends readonly unknown[], P> {
  readonly name: string;
  readonly module: string;

  constructor(declaration: Declaration) {
    this.name = declaration.name;
    this.module = declaration.module;
    setDeclaration(this, declaration);
  }

  [INSPECT](): string {
    return `actor ${JSON.stringify(this.name)}`;
  }

  spawn(...[args, options]: SpawnParameters<A>): P {
    if (options !== undefined && typeof options !== "object") {
      throw new TypeError(
        `Cannot start actor "${this.name}": arguments come as one array and ` +
          `options as an object, got ${typeof options}`,
      );
    }
    return this.start({ ...options, args });
  }

  protected abstract start(options: ProcessOptions<A>): P;
}

class DeclaredFunction<A extends readonly unknown[], R>
  extends Declared<A, Process<R>>
  implements FunctionActor<A, R> {
  protected start(options: ProcessOptions<A>): Process<R> {
    return new Process(this as FunctionActor<A, R>, options).start();
  }
}

class DeclaredClass<A extends readonly unknown[], I>
  extends Declared<A, ClassProcess<I>>
  implements ClassActor<A, I> {
  protected start(options: ProcessOptions<A>): ClassProcess<I> {
    return new Process(this as ClassActor<A, I>, options).start();
  }

  current(): ClassProcess<I> {
    const own = ownHandle(this);
    if (own !== undefined) return own as ClassProcess<I>;
    throw new ProcessStateError(
      `Cannot give the current actor "${this.name}": the calling code runs in ` +
        `${currentProcess().name}, which is none`,
      this.name,
      "not started",
    );
  }
}
