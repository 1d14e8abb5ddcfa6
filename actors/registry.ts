/**
 * Finding actors by name.
 *
 * @module
 */

import { registerErrorClass } from "../channels/error_classes.ts";
import {
  type Handle,
  isHandle,
  type PACK,
  type PackedHandle,
} from "../channels/handle.ts";
import { ownHome } from "../channels/home.ts";
import { checkWait, type WaitOptions } from "../channels/wait_options.ts";
import type { ActorRef } from "./actor_ref.ts";
import { ProcessStateError } from "./errors.ts";
import { Registrant } from "./_name_table.ts";
import type {
  ClassActor,
  ClassProcess,
  FunctionActor,
  Process,
} from "./process.ts";
import { askRegistry, type Request } from "./_registry_line.ts";

/**
 * What can be registered: a process, or a supervisor's child that is a class,
 * which keeps its names through its restarts.
 */
export interface Registrable {
  /** The kind of handle this is. */
  readonly kind: "process" | "child";
  /** What it is called; not the name it is registered under. */
  readonly name: string;
  /** Whether it runs at this moment. */
  isAlive(): boolean;
  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](receiver: number): PackedHandle;
}

/** A supervisor's child that is a class, as it is found by its name. */
export interface ChildRef<I = unknown> extends ActorRef<I> {
  /** The kind of handle this is. */
  readonly kind: "child";
}

/**
 * Thrown when a name is to be registered that another one has, which has not
 * ended.
 */
export class NameTakenError extends Error {
  /** The class name, `"NameTakenError"`. */
  override readonly name = "NameTakenError";
  /** The name that is taken. */
  readonly registeredName: string;
  /** Who has it. */
  readonly holder: Process | ChildRef;

  /** Builds the error. */
  constructor(registeredName: string, holder: Process | ChildRef) {
    super(
      `Cannot register ${JSON.stringify(registeredName)}: ` +
        `${labelOf(holder)} has this name`,
    );
    this.registeredName = registeredName;
    this.holder = holder;
  }
}

registerErrorClass(NameTakenError);

/**
 * The names of a program's actors: one registry for all threads.
 *
 * A name belongs to whoever registered first, until that one has ended: the
 * name is free then, and is never found to stand for a dead one. (One that dies
 * just after it was found is for the finder to notice, as ever: an ask rejects
 * at once.) A process may have several names.
 *
 * Each call is answered by the program's own thread, and no sooner than that is
 * back at its event loop, or waits or blocks in a channel. Where that may take
 * long, give the call a `timeout`.
 */
export interface Registry {
  /**
   * Gives a name to a process. To do so again changes nothing.
   *
   * One that gave up waiting does not know whether the name was given.
   *
   * @throws {NameTakenError} If another one has the name.
   * @throws {ProcessStateError} If it was not started, or has ended.
   * @throws {TypeError} If the name is no text or empty, or it is no process.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  register(
    name: string,
    process: Registrable,
    options?: WaitOptions,
  ): Promise<void>;

  /**
   * Takes a name from whoever has it.
   *
   * @returns Whether anybody had it.
   * @throws {TypeError} If the name is no text or empty.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  unregister(name: string, options?: WaitOptions): Promise<boolean>;

  /**
   * Finds an actor of a class by its name.
   *
   * @param actor Of which class it is; this gives the handle its type.
   * @returns `undefined` if nobody has the name.
   * @throws {TypeError} If one of another actor has it; if the name is no text
   *   or empty.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  lookup<A extends readonly unknown[], I>(
    actor: ClassActor<A, I>,
    name: string,
    options?: WaitOptions,
  ): Promise<ClassProcess<I> | ChildRef<I> | undefined>;
  /**
   * Finds an actor that runs a function by its name.
   *
   * @param actor Which function; this gives the handle its type.
   * @returns `undefined` if nobody has the name.
   * @throws {TypeError} If one of another actor has it; if the name is no text
   *   or empty.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  lookup<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    name: string,
    options?: WaitOptions,
  ): Promise<Process<R> | undefined>;

  /**
   * Finds whoever has a name, whatever it is.
   *
   * @returns `undefined` if nobody has the name.
   * @throws {TypeError} If the name is no text or empty.
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  whereis(
    name: string,
    options?: WaitOptions,
  ): Promise<Process | ChildRef | undefined>;

  /**
   * All names that somebody has, the oldest first.
   *
   * @throws {DOMException} A `TimeoutError`, if it took longer than `timeout` ms.
   */
  names(options?: WaitOptions): Promise<string[]>;
}

/** The registry of this program. */
export const ownRegistry: Registry = {
  async register(name: string, process: Registrable, options?: WaitOptions) {
    const registrant = registrantOf(process);
    if (registrant.isOver()) throw endedError(name, process);
    const request = { register: nameFor(name), handle: process };
    const { isTaken, handle } = await ask("register", request, name, options);
    if (isTaken) throw new NameTakenError(name, handle as Process | ChildRef);
    // Given to one that is dead, it is free again.
    if (registrant.isOver()) throw endedError(name, process);
  },

  async unregister(name: string, options?: WaitOptions) {
    const request = { unregister: nameFor(name) };
    return (await ask("unregister", request, name, options)).wasHeld!;
  },

  lookup: lookup as Registry["lookup"],

  whereis: find,

  async names(options?: WaitOptions) {
    return (await ask("list the names", { list: true }, "", options)).names!;
  },
};

/**
 * The names of the program's actors; see {@linkcode Registry}.
 *
 * In the spirit of OTP's `register` and `whereis`.
 *
 * @example
 * ```ts ignore
 * import { actor, registry } from "@troupe/troupe";
 *
 * const counter = actor(import.meta, class Counter {
 *   #n = 0;
 *   add(k: number) {
 *     return this.#n += k;
 *   }
 * });
 * const adds = actor(import.meta, async function adds() {
 *   const hits = await registry.lookup(counter, "hits");
 *   return await hits?.ask.add(1);
 * });
 *
 * if (import.meta.main) {
 *   await using hits = counter.spawn();
 *   await registry.register("hits", hits);
 *   console.log(await adds.spawn().result()); // 1
 *   console.log(await registry.names()); // [ "hits" ]
 * }
 * ```
 */
export const registry: Registry = Object.freeze({
  register: (name: string, process: Registrable, options?: WaitOptions) =>
    use("register", [name, process], options) as Promise<void>,
  unregister: (name: string, options?: WaitOptions) =>
    use("unregister", [name], options) as Promise<boolean>,
  lookup: ((
    { name, module }: { readonly name: string; readonly module: string },
    as: string,
    options?: WaitOptions,
  ) => use("lookup", [{ name, module }, as], options)) as Registry["lookup"],
  whereis: (name: string, options?: WaitOptions) =>
    use("whereis", [name], options) as ReturnType<Registry["whereis"]>,
  names: (options?: WaitOptions) =>
    use("names", [], options) as Promise<string[]>,
});

/** Uses the registry, which for an actor in a process of its own is at home. */
async function use(
  method: keyof Registry,
  args: readonly unknown[],
  options: WaitOptions = {},
): Promise<unknown> {
  const home = ownHome();
  if (home === undefined) {
    return await Reflect.apply(ownRegistry[method], undefined, [
      ...args,
      options,
    ]);
  }
  const { signal, ...others } = options;
  return await home.call("registry", [method, [...args, others]], signal);
}

async function lookup(
  actor: { readonly name: string; readonly module: string },
  name: string,
  options?: WaitOptions,
): Promise<Process | ChildRef | undefined> {
  if (typeof actor?.module !== "string") {
    throw new TypeError(
      "Cannot look up an actor: expected an actor, as `actor(import.meta, …)` " +
        `gives it, got ${actor === null ? "null" : typeof actor}`,
    );
  }
  const found = await find(name, options);
  if (found === undefined) return undefined;
  const { declared, module } = new Registrant(found);
  if (declared === actor.name && module === actor.module) return found;
  throw new TypeError(
    `Cannot look up ${JSON.stringify(name)} as actor ` +
      `${JSON.stringify(actor.name)} of ${actor.module}: ${labelOf(found)}, ` +
      `which has this name, is one of actor ${JSON.stringify(declared)} of ` +
      module,
  );
}

async function find(
  name: string,
  options?: WaitOptions,
): Promise<Process | ChildRef | undefined> {
  const request = { find: nameFor(name) };
  const { handle } = await ask("look up", request, name, options);
  // It may have ended while the answer was on its way.
  if (handle === undefined || new Registrant(handle).isOver()) return undefined;
  return handle as Handle as Process | ChildRef;
}

async function ask(
  action: string,
  request: Request,
  name: string,
  options: WaitOptions | undefined,
) {
  checkWait(options);
  const what = action + (name === "" ? "" : ` ${JSON.stringify(name)}`);
  return await askRegistry(
    request,
    options,
    () =>
      `Cannot ${what}: the program's thread had not answered after ` +
      `${options?.timeout} ms`,
  );
}

function nameFor(name: unknown): string {
  if (typeof name === "string" && name !== "") return name;
  throw new TypeError(
    `Cannot use a name of the registry: it must be a text of one character or ` +
      `more, got ${typeof name === "string" ? '""' : typeof name}`,
  );
}

function registrantOf(process: Registrable): Registrant {
  const isOne = typeof process === "object" && process !== null &&
    isHandle(process) &&
    (process.kind === "process" || process.kind === "child");
  if (isOne) return new Registrant(process);
  throw new TypeError(
    "Cannot register: expected a process, or a supervisor's child that is a " +
      `class, got ${process === null ? "null" : typeof process}`,
  );
}

function endedError(name: string, process: Registrable): ProcessStateError {
  return new ProcessStateError(
    `Cannot register ${JSON.stringify(name)}: ${labelOf(process)} has ended`,
    process.name,
    "ended",
  );
}

/** How errors name it: `process "parser"`. */
function labelOf({ kind, name }: Registrable): string {
  return `${kind} ${JSON.stringify(name)}`;
}
