/**
 * The shared struct: named numbers that actors share.
 *
 * @module
 */

import { PACK, type PackedHandle, registerHandle } from "../handle.ts";
import { Identity } from "../identity.ts";
import { INSPECT } from "../inspect.ts";
import type { Lock } from "../locks/lock.ts";
import type { BitOperation, Cells } from "./_cells.ts";
import type {
  BitsOf,
  ElementNameOf,
  ElementOf,
  ElementType,
} from "./element_types.ts";
import {
  ADOPTED,
  adopting,
  type InnerOptions,
  SharedMemory,
} from "./_shared_memory.ts";
import type { SharedOptions } from "./shared_options.ts";
import { type Field, fieldsIn, layOut, typesOf } from "./_struct_layout.ts";

const WHAT = "shared struct";

/** The fields of a struct: the type of each by its name. */
export type StructFields = Readonly<Record<string, ElementType>>;

/** The name of the type of each field, also where Python's code was given. */
export type StructTypes<F extends StructFields> = {
  readonly [K in keyof F]: ElementNameOf<F[K]>;
};

/** The numbers of a struct by the names of its fields. */
export type StructValues<F extends StructFields> = {
  [K in keyof F]: ElementOf<F[K]>;
};

const structs = new Identity<SharedStruct<StructFields>>();

/**
 * Named numbers in memory that actors share, each of a type of its own.
 *
 * Made by any actor and passed to others as an argument or an item; all of them
 * see and change the same fields. What a field cannot hold is refused, as by a
 * `Value`: nothing wraps around.
 *
 * Each call on one field is one atomic step and never waits. What concerns
 * several fields, such as {@linkcode toObject}, is many steps: another actor may
 * see some of them done. So hold the {@linkcode lock} where fields belong
 * together. No call takes it by itself.
 *
 * The fields lie in the order in which they are named, each at a multiple of its
 * size, as in C:
 *
 * ```text
 *   { on: "uint8", hits: "int32", x: "float64", y: "float32" }
 *
 *   byte   0    1 2 3   4 5 6 7   8 … 15   16 … 19
 *         ┌────┬───────┬─────────┬────────┬─────────┐
 *         │ on │       │  hits   │   x    │    y    │
 *         └────┴───────┴─────────┴────────┴─────────┘
 * ```
 *
 * In the spirit of the `ctypes` structures of Python's
 * `multiprocessing.sharedctypes`.
 *
 * @example Two fields that change together
 * ```ts ignore
 * import { actor, SharedStruct } from "@troupe/troupe";
 *
 * type Point = SharedStruct<{ x: "float64"; y: "float64"; moves: "int32" }>;
 *
 * const move = actor(import.meta, function move(point: Point, by: number) {
 *   point.lock.runSync(() => {
 *     point.fields.x += by;
 *     point.fields.y -= by;
 *   });
 *   point.add("moves", 1);
 * });
 *
 * if (import.meta.main) {
 *   const point = new SharedStruct({ x: "float64", y: "float64", moves: "int32" });
 *   const movers = [1, 2, 3].map((by) => move.spawn([point, by]));
 *   for (const one of movers) await one.join();
 *   console.log(point.toObject()); // { x: 6, y: -6, moves: 3 }
 * }
 * ```
 *
 * @typeParam F The types of the fields by their names.
 */
export class SharedStruct<F extends StructFields> {
  /** The kind of handle this is. */
  readonly kind = "shared-struct";
  /** The name of the type of each field. */
  readonly types: StructTypes<F>;

  readonly #memory: SharedMemory;
  readonly #fields: ReadonlyMap<string, Field>;
  #accessors: StructValues<F> | undefined;

  /**
   * Makes a struct.
   *
   * @param fields The type of each field by its name.
   * @param initial What fields are at first. Default: 0.
   * @throws {TypeError} If a type or a field does not exist, or if a number or an
   *   option is of the wrong type.
   * @throws {RangeError} If a field cannot hold its number.
   */
  constructor(
    fields: F,
    initial?: Partial<StructValues<F>>,
    options: SharedOptions = {},
  ) {
    const layout = layOut(WHAT, fields);
    const adopted = (options as InnerOptions)[ADOPTED];
    const memory = adopted ??
      SharedMemory.create(WHAT, layout.bytes, options);
    this.#memory = memory;
    this.types = Object.freeze(typesOf(layout)) as StructTypes<F>;
    this.#fields = fieldsIn(memory, layout);
    if (initial !== undefined) this.set(initial);
    structs.add(memory.number, this as unknown as SharedStruct<StructFields>);
  }

  /**
   * The number in a field.
   *
   * @throws {TypeError} If there is no such field.
   */
  get<K extends keyof F & string>(field: K): ElementOf<F[K]> {
    const { cells, at } = this.#field<ElementOf<F[K]>>("get", field);
    return cells.load(at);
  }

  /**
   * Sets one field.
   *
   * @throws {TypeError} If there is no such field, or the number is of the wrong
   *   type.
   * @throws {RangeError} If the field cannot hold it.
   */
  set<K extends keyof F & string>(field: K, value: ElementOf<F[K]>): void;
  /**
   * Sets several fields. All numbers are checked before the first is written;
   * they are then written one after another.
   *
   * @throws {TypeError} If there is no such field, or a number is of the wrong
   *   type.
   * @throws {RangeError} If a field cannot hold its number.
   */
  set(values: Partial<StructValues<F>>): void;
  set(to: string | Partial<StructValues<F>>, value?: number | bigint): void {
    if (typeof to === "string") {
      const { cells, at } = this.#field("set", to);
      cells.set(at, value!);
      return;
    }
    if (typeof to !== "object" || to === null) {
      throw new TypeError(
        `Cannot set ${this.#memory.label}: it takes a field and its number, ` +
          `or an object of numbers, got ${Deno.inspect(to)}`,
      );
    }
    const changes = Object.entries(to).map(([name, given]) => {
      const { cells, at } = this.#field("set", name);
      const value = given as number | bigint;
      cells.check("set", at, value);
      return { cells, at, value };
    });
    for (const { cells, at, value } of changes) cells.store(at, value);
  }

  /**
   * The fields as properties: `struct.fields.x` is `struct.get("x")`, and to
   * assign to it is to {@linkcode set} it. To assign to a property that is no
   * field is a `TypeError`.
   *
   * `struct.fields.x += 1` is a read and a write, between which others may write;
   * see {@linkcode add}.
   */
  get fields(): StructValues<F> {
    return this.#accessors ??= accessorsOf<F>(this.#fields);
  }

  /** The numbers of all fields, copied one after another into a plain object. */
  toObject(): StructValues<F> {
    const entries = [...this.#fields]
      .map(([name, { cells, at }]) => [name, cells.load(at)]);
    return Object.fromEntries(entries) as StructValues<F>;
  }

  /**
   * A struct of its own with the same fields, which have the same numbers now.
   *
   * The fields are copied one after another, so hold the {@linkcode lock} where
   * others may write.
   *
   * @param options Those of the new struct.
   * @throws {TypeError} If an option is of the wrong type.
   */
  copy(options?: SharedOptions): SharedStruct<F> {
    const types = this.types as StructFields as F;
    return new SharedStruct(types, this.toObject(), options);
  }

  /**
   * The lock that goes with it: that of the options, or its own.
   *
   * @throws {TypeError} If it was made with `lock: false`.
   */
  get lock(): Lock {
    return this.#memory.lock;
  }

  /**
   * Adds to a field, in one step.
   *
   * @returns The number before.
   * @throws {TypeError} If there is no such field, or the operand is of the wrong
   *   type.
   * @throws {RangeError} If the sum is out of range, or the operand has a
   *   fraction that the field has not. Nothing is changed then.
   */
  add<K extends keyof F & string>(
    field: K,
    operand: ElementOf<F[K]>,
  ): ElementOf<F[K]> {
    const { cells, at } = this.#field<ElementOf<F[K]>>("add to", field);
    return cells.add(at, operand);
  }

  /**
   * Subtracts from a field, in one step; see {@linkcode add}.
   *
   * @returns The number before.
   * @throws {TypeError} If there is no such field, or the operand is of the wrong
   *   type.
   * @throws {RangeError} If the difference is out of range, or the operand has a
   *   fraction that the field has not. Nothing is changed then.
   */
  sub<K extends keyof F & string>(
    field: K,
    operand: ElementOf<F[K]>,
  ): ElementOf<F[K]> {
    const { cells, at } = this.#field<ElementOf<F[K]>>("subtract from", field);
    return cells.sub(at, operand);
  }

  /**
   * Keeps the bits of a field that the mask has, in one step. Not for types with
   * a fraction.
   *
   * @returns The number before.
   * @throws {TypeError} If there is no such field, the mask is of the wrong type,
   *   or the field has a fraction.
   * @throws {RangeError} If the field cannot hold the mask.
   */
  and<K extends keyof F & string>(
    field: K,
    mask: BitsOf<F[K]>,
  ): ElementOf<F[K]> {
    return this.#mask("and", field, mask);
  }

  /**
   * Sets the bits of a field that the mask has; see {@linkcode and}.
   *
   * @returns The number before.
   */
  or<K extends keyof F & string>(
    field: K,
    mask: BitsOf<F[K]>,
  ): ElementOf<F[K]> {
    return this.#mask("or", field, mask);
  }

  /**
   * Flips the bits of a field that the mask has; see {@linkcode and}.
   *
   * @returns The number before.
   */
  xor<K extends keyof F & string>(
    field: K,
    mask: BitsOf<F[K]>,
  ): ElementOf<F[K]> {
    return this.#mask("xor", field, mask);
  }

  #mask<N extends number | bigint>(
    operation: BitOperation,
    field: string,
    mask: N,
  ): N {
    const { cells, at } = this.#field<N>(`apply ${operation}() to`, field);
    return cells.mask(operation, at, mask);
  }

  /**
   * Sets a field, in one step with reading it.
   *
   * @returns The number before.
   * @throws {TypeError} If there is no such field, or the new number is of the
   *   wrong type.
   * @throws {RangeError} If the field cannot hold it.
   */
  exchange<K extends keyof F & string>(
    field: K,
    value: ElementOf<F[K]>,
  ): ElementOf<F[K]> {
    const { cells, at } = this.#field<ElementOf<F[K]>>("exchange", field);
    return cells.exchange(at, value);
  }

  /**
   * Sets a field if it is the expected number, in one step. Numbers with a
   * fraction are compared as `Value.compareExchange` says.
   *
   * @returns The number before; it was replaced if this is the expected one.
   * @throws {TypeError} If there is no such field, or one of the two numbers is
   *   of the wrong type.
   * @throws {RangeError} If the field cannot hold one of the two.
   */
  compareExchange<K extends keyof F & string>(
    field: K,
    expected: ElementOf<F[K]>,
    replacement: ElementOf<F[K]>,
  ): ElementOf<F[K]> {
    const { cells, at } = this.#field<ElementOf<F[K]>>("compare", field);
    return cells.compareExchange(at, expected, replacement);
  }

  #field<N extends number | bigint>(
    action: string,
    name: string,
  ): { readonly cells: Cells<N>; readonly at: number } {
    const field = this.#fields.get(name);
    if (field === undefined) {
      const names = [...this.#fields.keys()].map((one) => JSON.stringify(one));
      throw new TypeError(
        `Cannot ${action} field ${
          typeof name === "string" ? JSON.stringify(name) : String(name)
        } of ${this.#memory.label}: its fields are ${names.join(", ")}`,
      );
    }
    return field as Field & { readonly cells: Cells<N> };
  }

  /**
   * How it is logged: `shared struct "point" (x: 1, y: 2)`.
   *
   * @internal
   */
  [INSPECT](): string {
    const fields = [...this.#fields].map(([name, { cells, at }]) =>
      `${name}: ${Deno.inspect(cells.load(at))}`
    );
    return `${this.#memory.label} (${fields.join(", ")})`;
  }

  /**
   * How it travels to another actor.
   *
   * @internal
   */
  [PACK](): PackedHandle {
    return { kind: this.kind, types: this.types, ...this.#memory.pack() };
  }
}

/** An object whose properties are the fields. */
function accessorsOf<F extends StructFields>(
  fields: ReadonlyMap<string, Field>,
): StructValues<F> {
  const object = {};
  for (const [name, { cells, at }] of fields) {
    Object.defineProperty(object, name, {
      enumerable: true,
      get: () => cells.load(at),
      set: (value: number | bigint) => cells.set(at, value),
    });
  }
  return Object.preventExtensions(object) as StructValues<F>;
}

registerHandle("shared-struct", {
  unpack(packed) {
    const known = structs.get(packed.number as number);
    if (known !== undefined) return known;
    const options = adopting(SharedMemory.unpack(WHAT, packed));
    return new SharedStruct(packed.types as StructFields, undefined, options);
  },
});
