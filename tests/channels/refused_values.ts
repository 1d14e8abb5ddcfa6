/**
 * One of each kind of value that cannot be sent.
 *
 * @module
 */
import { Account } from "./codec.ts";

class List extends Array {}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  buffer.transfer();
  return buffer;
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(8);
  view.buffer.transfer();
  return view;
}

function outOfBounds<T>(make: (buffer: ArrayBuffer) => T): T {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const view = make(buffer);
  buffer.resize(4);
  return view;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function* generator() {
  yield 1;
}

/** Values that cannot be sent, and what they are called. */
export const REFUSED: [found: string, value: unknown][] = [
  ["a function", () => 1],
  ["a function", class {}],
  ["a symbol", Symbol("x")],
  ["a symbol", Symbol.iterator],
  ["a promise", Promise.resolve(1)],
  ["a WeakMap", new WeakMap()],
  ["a WeakSet", new WeakSet()],
  ["a WeakRef", new WeakRef({})],
  ["an instance of class Account", new Account()],
  ["an instance of class List", List.of(1)],
  ["an instance of class Dictionary", new (class Dictionary extends Map {})()],
  ["an instance of a class without a name", new (class {})()],
  ["an object with a prototype of its own", Object.create({ a: 1 })],
  ["an object with a prototype of its own", Object.create(Map.prototype)],
  ...[Uint8Array, Date, RegExp, Set, ArrayBuffer, Number].map(
    ({ prototype }): [string, unknown] => [
      "an object with a prototype of its own",
      Object.create(prototype),
    ],
  ),
  ["a URL", new URL("https://example.com/")],
  ["a Request", new Request("https://example.com/")],
  ["a Response", new Response()],
  ["a Headers", new Headers()],
  ["a ReadableStream", new ReadableStream()],
  ["an AbortSignal", new AbortController().signal],
  ["an AbortController", new AbortController()],
  ["an Event", new Event("x")],
  ["a generator", generator()],
  ["an Array Iterator", [].values()],
  ["a detached ArrayBuffer", detached()],
  ["a Uint8Array of a detached buffer", detachedView()],
  [
    "a Uint8Array out of the bounds of its resized buffer",
    outOfBounds((buffer) => new Uint8Array(buffer, 8, 8)),
  ],
  [
    "a DataView out of the bounds of its resized buffer",
    outOfBounds((buffer) => new DataView(buffer, 8)),
  ],
  ["a revoked proxy", revoked()],
];
