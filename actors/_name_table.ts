/**
 * The names of the registry, and who has them.
 *
 * @module
 */

import { type Handle, PACK } from "../channels/handle.ts";
import { ROOT, threadCanAct } from "../channels/threads.ts";
import { Address, type PackedAddress } from "./address.ts";

/** What of a handle on its way tells who it is. */
type Identification =
  & {
    /** The module and the name of the declaration. */
    readonly module: string;
    /** See `module`. */
    readonly declared: string;
  }
  & (
    | { readonly kind: "process" | "class process"; readonly thread: number }
    | { readonly kind: "class child"; readonly address: PackedAddress }
  );

/** A process, or a child of a supervisor, as the registry sees it. */
export class Registrant {
  /** What users hold of it. */
  readonly handle: Handle;
  /** The module that declares its actor. */
  readonly module: string;
  /** The name its actor is declared under. */
  readonly declared: string;
  /** Whether it has ended for good. */
  readonly isOver: () => boolean;
  readonly #number: number;

  /**
   * Looks at a handle.
   *
   * @throws {ProcessStateError} If it is a process that was not started.
   */
  constructor(handle: Handle) {
    const packed = handle[PACK](ROOT, []) as unknown as Identification;
    this.handle = handle;
    this.module = packed.module;
    this.declared = packed.declared;
    if (packed.kind === "class child") {
      // Through its restarts only the place where its messages go is the same.
      const address = new Address(packed.address);
      this.#number = -address.mailbox.number;
      this.isOver = () => address.isOver;
    } else {
      const { thread } = packed;
      this.#number = thread;
      this.isOver = () => !threadCanAct(thread);
    }
  }

  /** Whether it is the same as another one. */
  is(other: Registrant): boolean {
    return this.#number === other.#number;
  }
}

/** See the module. */
export class NameTable {
  readonly #names = new Map<string, Registrant>();

  /**
   * Gives a name to a registrant.
   *
   * @returns Who has the name; somebody else, if it was taken.
   */
  register(name: string, registrant: Registrant): Registrant {
    const holder = this.find(name);
    if (holder !== undefined) return holder;
    this.#names.set(name, registrant);
    return registrant;
  }

  /** Takes a name from whoever has it; `false` if nobody had. */
  unregister(name: string): boolean {
    const wasHeld = this.find(name) !== undefined;
    this.#names.delete(name);
    return wasHeld;
  }

  /** Who has the name. */
  find(name: string): Registrant | undefined {
    const found = this.#names.get(name);
    if (found === undefined || !found.isOver()) return found;
    this.#names.delete(name);
    return undefined;
  }

  /** All names that somebody has, the oldest first. */
  get names(): string[] {
    this.sweep();
    return [...this.#names.keys()];
  }

  /** Lets go of those that have ended. */
  sweep(): void {
    for (const [name, registrant] of this.#names) {
      if (registrant.isOver()) this.#names.delete(name);
    }
  }
}
