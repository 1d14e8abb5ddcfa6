/**
 * What the compiler accepts and refuses of maps. The calls that it refuses would
 * also fail when run, so they are in a function that is never called.
 */

import { assertType, type IsExact } from "@std/testing/types";
import {
  actor,
  type Items,
  type MapOptions,
  type MapResults,
  type OneArgument,
  type ProcessPool,
} from "@troupe/troupe";

const square = actor(import.meta, function square(n: number) {
  return n * n;
});
const length = actor(import.meta, function length(text: string) {
  return Promise.resolve(text.length);
});
const greet = actor(import.meta, function greet(name: string, loud?: boolean) {
  return loud ? `${name}!` : name;
});
const power = actor(import.meta, function power(base: number, exp: number) {
  return base ** exp;
});
const sum = actor(import.meta, function sum(...numbers: number[]) {
  return numbers.reduce((a, b) => a + b, 0);
});
const nothing = actor(import.meta, function nothing() {});

declare const pool: ProcessPool;

Deno.test("the items of a map are what its actor takes, the results what it returns", () => {
  const results = () => pool.map(square, [1, 2]);
  assertType<IsExact<ReturnType<typeof results>, MapResults<number>>>(true);
  const all = () => pool.map(square, [1, 2]).toArray();
  assertType<IsExact<ReturnType<typeof all>, Promise<number[]>>>(true);
  const lengths = () => pool.map(length, new Set(["a"])); // not promises
  assertType<IsExact<ReturnType<typeof lengths>, MapResults<number>>>(true);
  const greeted = () => pool.map(greet, ["Ann"]);
  assertType<IsExact<ReturnType<typeof greeted>, MapResults<string>>>(true);
  const spread = () => pool.starmap(power, [[2, 10]]);
  assertType<IsExact<ReturnType<typeof spread>, MapResults<number>>>(true);
  assertType<
    IsExact<Items<number>, Iterable<number> | AsyncIterable<number>>
  >(true);
});

Deno.test("the compiler says that an actor of several arguments is for starmap", () => {
  type Advice = "the actor must take one argument: use starmap";
  assertType<IsExact<OneArgument<[number, number]>, Advice>>(true);
  assertType<IsExact<OneArgument<[]>, Advice>>(true);
  assertType<IsExact<OneArgument<[number]>, unknown>>(true);
  assertType<IsExact<OneArgument<[number, number?]>, unknown>>(true);
  assertType<IsExact<OneArgument<number[]>, unknown>>(true);
});

/** Never called: what it holds must not compile. */
export function refused() {
  // @ts-expect-error: an item of the wrong type
  pool.map(square, ["1"]);
  // @ts-expect-error: later ones, too
  pool.map(square, ReadableStream.from(["1"]));
  // @ts-expect-error: nothing to iterate over
  pool.map(square, 3);
  // @ts-expect-error: no items
  pool.map(square);
  // @ts-expect-error: the actor must take one argument: use starmap
  pool.map(power, [1, 2]);
  // @ts-expect-error: an actor that takes nothing
  pool.map(nothing, [undefined]);
  // @ts-expect-error: items are lists
  pool.starmap(power, [1, 2]);
  // @ts-expect-error: a missing argument
  pool.starmap(power, [[2]]);
  // @ts-expect-error: an argument of the wrong type
  pool.starmap(power, [[2, "10"]]);
  // @ts-expect-error: a wrong use of the results
  pool.map(square, [1]).toArray().then((all: string[]) => all);
  // @ts-expect-error: an unknown option
  pool.map(square, [1], { chunksize: 2 });
  // @ts-expect-error: no function
  pool.map((n: number) => n, [1]);
  // @ts-expect-error: no progress of this kind
  pool.map(square, [1], { progress: "bar" });
}

/** Never called: what it holds must compile. */
export async function accepted() {
  pool.map(square, [1, 2]);
  pool.map(square, Int8Array.of(1), { chunkSize: 2, buffer: 10 });
  pool.map(
    square,
    (function* () {
      yield 1;
    })(),
  );
  pool.map(
    square,
    (async function* () {
      yield await Promise.resolve(1);
    })(),
  );
  pool.map(greet, ["Ann"]); // it takes one argument, or two
  pool.map(sum, [1, 2]);
  pool.starmap(sum, [[1, 2], [], [3]]);
  pool.starmap(greet, [["Ann", true], ["Bob"]]);
  pool.starmap(power, new Map([[2, 10]])); // its entries are pairs
  const options: MapOptions = {
    timeout: 100,
    signal: AbortSignal.timeout(100),
    progress: ({ done, total = 0 }) => console.log(done / total),
  };
  for await (const n of pool.map(square, [1], options)) n.toFixed();
  pool.map(square, [1], { progress: Deno.args.length > 0 });
}
