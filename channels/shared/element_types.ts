/**
 * The types that shared numbers have.
 *
 * @module
 */

/** An element type by its name, which is that of the typed array. */
export type ElementName = keyof ElementViews;

/** The names of the element types whose numbers have a fraction. */
export type FloatName = "float16" | "float32" | "float64";

/** The names of the element types whose numbers are bigints. */
export type BigIntName = "bigint64" | "biguint64";

/** The view of shared memory that each element type has. */
export interface ElementViews {
  /** Whole numbers from −128 to 127. */
  int8: Int8Array<SharedArrayBuffer>;
  /** Whole numbers from 0 to 255. */
  uint8: Uint8Array<SharedArrayBuffer>;
  /** Whole numbers from −32768 to 32767. */
  int16: Int16Array<SharedArrayBuffer>;
  /** Whole numbers from 0 to 65535. */
  uint16: Uint16Array<SharedArrayBuffer>;
  /** Whole numbers from −2³¹ to 2³¹ − 1. */
  int32: Int32Array<SharedArrayBuffer>;
  /** Whole numbers from 0 to 2³² − 1. */
  uint32: Uint32Array<SharedArrayBuffer>;
  /** Bigints from −2⁶³ to 2⁶³ − 1. */
  bigint64: BigInt64Array<SharedArrayBuffer>;
  /** Bigints from 0 to 2⁶⁴ − 1. */
  biguint64: BigUint64Array<SharedArrayBuffer>;
  /** Numbers up to ±65504, rounded to 11 significant bits. */
  float16: Float16Array<SharedArrayBuffer>;
  /** Numbers up to about ±3.4 · 10³⁸, rounded to 24 significant bits. */
  float32: Float32Array<SharedArrayBuffer>;
  /** All numbers. */
  float64: Float64Array<SharedArrayBuffer>;
}

/**
 * The type codes of Python's `array` and `multiprocessing`, as other names of
 * the element types.
 *
 * In Python the size of some of them depends on the platform. Here `i` and `I`
 * have 32 bits everywhere, and `l` and `L` have 64, as on Linux and macOS, so
 * that their numbers are bigints. Text, Python's `c` and `u`, is what
 * `SharedBytes` is for.
 */
export interface ElementCodes {
  /** `signed char`. */
  b: "int8";
  /** `unsigned char`. */
  B: "uint8";
  /** `short`. */
  h: "int16";
  /** `unsigned short`. */
  H: "uint16";
  /** `int`. */
  i: "int32";
  /** `unsigned int`. */
  I: "uint32";
  /** `long`. */
  l: "bigint64";
  /** `unsigned long`. */
  L: "biguint64";
  /** `long long`. */
  q: "bigint64";
  /** `unsigned long long`. */
  Q: "biguint64";
  /** `float`. */
  f: "float32";
  /** `double`. */
  d: "float64";
}

/** What an element type is called: its name, or Python's code for it. */
export type ElementType = ElementName | keyof ElementCodes;

/** The name of an element type, also where Python's code is given. */
export type ElementNameOf<T extends ElementType> = T extends keyof ElementCodes
  ? ElementCodes[T]
  : T extends ElementName ? T
  : never;

/** What elements of a type are to the program: numbers or bigints. */
export type ElementOf<T extends ElementType> = ElementNameOf<T> extends
  BigIntName ? bigint : number;

/** What has bits to be masked: elements of the types without a fraction. */
export type BitsOf<T extends ElementType> = ElementNameOf<T> extends FloatName
  ? never
  : ElementOf<T>;

/**
 * The same type for a name and for Python's code for it.
 *
 * A class that has a member of it is the same class for both to the compiler,
 * which would else compare the two texts and look no further.
 */
export type SameElements<T extends ElementType> = {
  readonly [K in T as ElementNameOf<K>]: true;
};

/** The view of shared memory for elements of a type. */
export type ElementView<T extends ElementType> = ElementViews[ElementNameOf<T>];

const NAMES: { readonly [N in ElementName]: N } = {
  int8: "int8",
  uint8: "uint8",
  int16: "int16",
  uint16: "uint16",
  int32: "int32",
  uint32: "uint32",
  bigint64: "bigint64",
  biguint64: "biguint64",
  float16: "float16",
  float32: "float32",
  float64: "float64",
};

const CODES: Readonly<ElementCodes> = {
  b: "int8",
  B: "uint8",
  h: "int16",
  H: "uint16",
  i: "int32",
  I: "uint32",
  l: "bigint64",
  L: "biguint64",
  q: "bigint64",
  Q: "biguint64",
  f: "float32",
  d: "float64",
};

const nameByType: ReadonlyMap<unknown, ElementName> = new Map(
  [...Object.entries(NAMES), ...Object.entries(CODES)],
);

/**
 * The name of an element type.
 *
 * @param what What is made of it, for the error.
 * @throws {TypeError} If there is no such type.
 */
export function elementNameOf<T extends ElementType>(
  type: T,
  what: string,
): ElementNameOf<T> {
  const name = nameByType.get(type);
  if (name !== undefined) return name as ElementNameOf<T>;
  const given: unknown = type;
  if (given === "c" || given === "u") {
    throw new TypeError(
      `Cannot create a ${what} of type "${given}": for text, use SharedBytes`,
    );
  }
  throw new TypeError(
    `Cannot create a ${what} of type ${Deno.inspect(given)}: the types are ${
      Object.keys(NAMES).join(", ")
    }, and Python's codes ${Object.keys(CODES).join(" ")}`,
  );
}
