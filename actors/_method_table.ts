/**
 * What an object offers as an actor: its public methods, and its fields that
 * are functions.
 *
 * @module
 */

import type { AnyFunction } from "./sendable.ts";

/** What Troupe itself calls, and what no actor may offer. */
const KEPT = new Set(["constructor", "onStart", "onStop", "then"]);

/** The names of the methods of a class, and of those it inherits. */
export function methodNames(prototype: object | null): string[] {
  const names = new Set<string>();
  while (prototype !== null && prototype !== Object.prototype) {
    const all = Object.getOwnPropertyDescriptors(prototype);
    for (const [name, { value }] of Object.entries(all)) {
      if (typeof value === "function" && !KEPT.has(name)) names.add(name);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...names];
}

/** Whether a method is a generator function, so that it streams. */
export function isStreaming(method: unknown): boolean {
  return typeof method === "function" &&
    /Generator/.test(Object.prototype.toString.call(method));
}

/** See the module. */
export class MethodTable {
  readonly #instance: object;
  readonly #methods = new Map<string, AnyFunction>();

  /** Of an object as it is now; its methods are looked up once. */
  constructor(instance: object) {
    this.#instance = instance;
    for (const name of methodNames(Object.getPrototypeOf(instance))) {
      if (!Object.hasOwn(instance, name)) {
        this.#methods.set(name, Reflect.get(instance, name));
      }
    }
  }

  /** The method of that name, if there is one that may be called. */
  get(name: string): AnyFunction | undefined {
    return this.#methods.get(name) ?? this.#field(name);
  }

  /** Whether it is a generator method of the class, which clients know of. */
  streams(name: string): boolean {
    return isStreaming(this.#methods.get(name));
  }

  /** Why what a method that is none gave cannot be streamed. */
  static strayStream(name: string): string {
    return `it gives a generator, and streams through generator methods of ` +
      `its class alone: declare it as *${name}() or async *${name}()`;
  }

  /** Why there is none. */
  refusal(name: string): string {
    const names = [...this.#methods.keys()];
    return `it has no method ${JSON.stringify(name)} that others may call` +
      (names.length === 0 ? "" : `. It has ${names.join(", ")}`);
  }

  /** A field may change, so it is looked at each time. A getter is not run. */
  #field(name: string): AnyFunction | undefined {
    if (KEPT.has(name)) return undefined;
    const field = Object.getOwnPropertyDescriptor(this.#instance, name)?.value;
    return typeof field === "function" ? field : undefined;
  }
}
