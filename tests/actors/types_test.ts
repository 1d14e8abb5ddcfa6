/**
 * What the compiler accepts and refuses. The calls that it refuses would also
 * fail when run, so they are in a function that is never called.
 */

import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  actor,
  type Exit,
  type FunctionActor,
  type NotSendableReason,
  Process,
  type Queue,
  type Sentinel,
} from "@troupe/troupe";

const square = actor(import.meta, function square(n: number) {
  return n * n;
});
const greet = actor(import.meta, function greet(name: string, loud?: boolean) {
  return Promise.resolve(loud ? `${name}!` : name);
});
const nothing = actor(import.meta, function nothing() {});
const takesAny = actor(import.meta, function takesAny(value: unknown) {
  return JSON.stringify(value);
});
const takesHandles = actor(
  import.meta,
  function takesHandles(_q: Queue<number>, _p: Process<string>) {},
);

Deno.test("actor() takes its types from the function", () => {
  assertType<IsExact<typeof square, FunctionActor<[n: number], number>>>(true);
  assertType<
    IsExact<
      typeof greet,
      FunctionActor<[name: string, loud?: boolean], string>
    >
  >(true);
  assertType<IsExact<typeof nothing, FunctionActor<[], void>>>(true);
  assertEquals(takesHandles.name, "takesHandles");
});

Deno.test("results and exits are typed by the function", () => {
  type P = ReturnType<typeof square.spawn>;
  assertType<IsExact<P, Process<number>>>(true);
  assertType<IsExact<Awaited<ReturnType<P["result"]>>, number>>(true);
  assertType<
    IsExact<Awaited<ReturnType<P["join"]>>, Exit<number> | undefined>
  >(true);
  const forEver = (p: P) => p.join();
  assertType<IsExact<Awaited<ReturnType<typeof forEver>>, Exit<number>>>(true);
  const value = (exit: Exit<number>) =>
    exit.reason === "returned" ? exit.value : exit.code;
  assertType<IsExact<ReturnType<typeof value>, number>>(true);
  const p = new Process(greet, { args: ["Ann"] });
  assertType<IsExact<typeof p, Process<string>>>(true);
});

Deno.test("the reason why a type cannot be sent names the path", () => {
  type Reason<T> = NotSendableReason<T>;
  assertType<IsExact<Reason<{ a: number[] }>, never>>(true);
  assertType<IsExact<Reason<Map<string, Set<Date>>>, never>>(true);
  assertType<IsExact<Reason<Queue<() => void>>, never>>(true);
  assertType<IsExact<Reason<Sentinel | undefined | null>, never>>(true);
  // deno-lint-ignore no-explicit-any
  assertType<IsExact<Reason<any>, never>>(true);
  assertType<IsExact<Reason<unknown>, never>>(true);
  assertType<
    IsExact<Reason<{ job: { cb: () => void } }>, '"$.job.cb" is a function'>
  >(true);
  assertType<IsExact<Reason<[1, symbol]>, '"$[1]" is a symbol'>>(true);
  assertType<
    IsExact<Reason<Map<string, Promise<1>>>, '"$.value" is a promise'>
  >(true);
  assertType<
    IsExact<Reason<{ a?: () => void }[]>, '"$[].a" is a function'>
  >(true);
});

/** Never called: what it holds must not compile. */
export function refused() {
  // @ts-expect-error: an argument of the wrong type
  square.spawn(["3"]);
  // @ts-expect-error: a missing argument
  square.spawn();
  // @ts-expect-error: too many arguments
  square.spawn([1, 2]);
  // @ts-expect-error: arguments come as a tuple
  square.spawn(3);
  // @ts-expect-error: a wrong use of the result
  square.spawn([3]).result().then((text: string) => text);
  // @ts-expect-error: an unknown option
  square.spawn([3], { nmae: "three" });
  // @ts-expect-error: an unknown kind of permission
  square.spawn([3], { permissions: { reed: true } });
  // @ts-expect-error: arguments of the wrong type
  new Process(square, { args: ["3"] });
  // @ts-expect-error: takes a function
  actor(import.meta, function a(_callback: () => void) {});
  // @ts-expect-error: takes a function, deep inside
  actor(import.meta, function b(_job: { steps: { run(): void }[] }) {});
  // @ts-expect-error: takes a symbol
  actor(import.meta, function c(_tag: symbol) {});
  // @ts-expect-error: takes a promise
  actor(import.meta, function d(_later: Promise<number>) {});
  // @ts-expect-error: returns a function
  actor(import.meta, function e() {
    return () => 1;
  });
  // @ts-expect-error: takes an instance of a class with methods
  actor(import.meta, function f(_url: URL) {});
  // @ts-expect-error: a generator function
  actor(import.meta, function* g() {
    yield 1;
  });
  // @ts-expect-error: no function
  actor(import.meta, 42);
}

/** Never called: what it holds must compile. */
export function accepted() {
  square.spawn([3]);
  greet.spawn(["Ann"]);
  greet.spawn(["Ann", true], { name: "greeter" });
  nothing.spawn();
  nothing.spawn([], { permissions: "none", daemon: true });
  takesAny.spawn([{ a: 1 }]);
}
