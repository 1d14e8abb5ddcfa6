// What the compiler knows of shared numbers. These tests fail when they do not
// compile; what they run is beside the point.
import { assertType, type IsExact } from "@std/testing/types";
import {
  actor as Actor,
  type Lock,
  SharedArray,
  SharedStruct,
  Value,
} from "../../../mod.ts";

/** Checks types by being compiled, and never runs. */
function compiled(_check: () => unknown): void {}

Deno.test("a Value has numbers or bigints, by its type", () => {
  compiled(() => {
    const int = new Value("int32", 0);
    assertType<IsExact<typeof int, Value<"int32">>>(true);
    assertType<IsExact<typeof int.value, number>>(true);
    assertType<IsExact<typeof int.type, "int32">>(true);
    const long = new Value("l", 0n);
    const old = long.add(1n);
    assertType<IsExact<typeof old, bigint>>(true);
    assertType<IsExact<typeof long.type, "bigint64">>(true);
    assertType<IsExact<typeof long.lock, Lock>>(true);
    // @ts-expect-error a bigint is wanted
    new Value("Q", 0);
    // @ts-expect-error a number is wanted
    int.value = 1n;
    // @ts-expect-error a number is wanted
    int.compareExchange(0, 1n);
    // @ts-expect-error there is no such type
    new Value("int");
    // @ts-expect-error for text there is SharedBytes
    new Value("c");
    // @ts-expect-error a Value is no lock
    new Value("i", 0, { lock: int });
  });
});

Deno.test("a type by Python's code is the type by its name", () => {
  compiled(() => {
    const named: Value<"int32"> = new Value("i");
    const code: Value<"i"> = named;
    const array: SharedArray<"float64"> = new SharedArray("d", 1);
    const struct: SharedStruct<{ x: "float64" }> = new SharedStruct({ x: "d" });
    // @ts-expect-error these are not the same type
    const other: Value<"int16"> = named;
    // @ts-expect-error nor are these
    const big: Value<"q"> = named;
    return [code, array, struct, other, big];
  });
});

Deno.test("only types of whole numbers have bits to be masked", () => {
  compiled(() => {
    new Value("H").and(1);
    new Value("q").or(1n);
    // @ts-expect-error a float has none
    new Value("float32").and(1);
    // @ts-expect-error a float has none
    new SharedArray("d", 1).or(0, 1);
    const struct = new SharedStruct({ x: "float16", n: "int8" });
    struct.xor("n", 1);
    // @ts-expect-error a float has none
    struct.xor("x", 1);
  });
});

Deno.test("a SharedArray has elements, and the view, of its type", () => {
  compiled(() => {
    const array = new SharedArray("biguint64", [1n]);
    assertType<
      IsExact<typeof array.view, BigUint64Array<SharedArrayBuffer>>
    >(true);
    const got = array.at(0);
    assertType<IsExact<typeof got, bigint | undefined>>(true);
    const part = array.subarray(1);
    assertType<IsExact<typeof part, SharedArray<"biguint64">>>(true);
    for (const one of array) assertType<IsExact<typeof one, bigint>>(true);
    array.set(0, 1n);
    array.set([1n], 0);
    array.set(part);
    // @ts-expect-error bigints are wanted
    array.set([1]);
    // @ts-expect-error a bigint is wanted
    array.set(0, 1);
    // @ts-expect-error bigints are wanted
    new SharedArray("q", [1, 2]);
  });
});

Deno.test("a SharedStruct knows its fields and their types", () => {
  compiled(() => {
    const struct = new SharedStruct({ x: "float64", n: "q" }, { n: 1n });
    assertType<
      IsExact<typeof struct, SharedStruct<{ x: "float64"; n: "q" }>>
    >(true);
    const x = struct.get("x");
    assertType<IsExact<typeof x, number>>(true);
    const n = struct.add("n", 1n);
    assertType<IsExact<typeof n, bigint>>(true);
    struct.fields.x += 1;
    struct.set({ x: 1 });
    const object = struct.toObject();
    assertType<IsExact<typeof object, { x: number; n: bigint }>>(true);
    assertType<IsExact<ReturnType<typeof struct.copy>, typeof struct>>(true);
    // @ts-expect-error a field is of another type
    const other: SharedStruct<{ x: "float32"; n: "q" }> = struct;
    // @ts-expect-error there is no such field
    struct.get("y");
    // @ts-expect-error a bigint is wanted
    struct.set("n", 1);
    // @ts-expect-error a number is wanted
    struct.set({ x: 1n });
    // @ts-expect-error there is no such field
    struct.fields.y = 1;
    // @ts-expect-error there is no such type
    new SharedStruct({ x: "double" });
    return other;
  });
});

Deno.test("shared things can be arguments and results", () => {
  compiled((actor: typeof Actor = Actor) =>
    actor(
      import.meta,
      function add(
        n: Value<"q">,
        xs: SharedArray<"d">,
        p: SharedStruct<{ x: "b" }>,
      ) {
        return { n, xs, p };
      },
    )
  );
});
