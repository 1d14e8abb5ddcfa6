/**
 * What can be sent, as far as types can tell.
 *
 * The compiler checks what it sees and leaves the rest (`any`, `unknown`, what
 * lies deeper than four levels) to the check at run time, which says the same
 * in the same words.
 *
 * @module
 */

/** A value without parts. */
export type SendableAtom =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | void;

/** What handles are called. */
export type HandleName =
  | "queue"
  | "connection"
  | "process"
  | "child"
  | "lock"
  | "recursive-lock"
  | "semaphore"
  | "condition"
  | "event-flag"
  | "barrier"
  | "rw-lock"
  | "shared-value"
  | "shared-array"
  | "shared-struct"
  | "shared-bytes"
  | "shared-map";

/** Objects that are sent as they are, whatever members their types show. */
export type SendableWhole =
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Blob
  | { readonly kind: HandleName };

/** How deep the compiler looks. */
export type DeepestCheck = 4;

/**
 * The reason why a value of type `T` cannot be sent, as a text such as
 * `"$[0].cb" is a function`; `never` if nothing speaks against it.
 *
 * @typeParam T The type of the value.
 * @typeParam P The path to it, as run-time errors write it.
 * @typeParam D Counts the levels.
 */
export type NotSendableReason<
  T,
  P extends string = "$",
  D extends readonly unknown[] = [],
> = 0 extends 1 & T ? never
  : unknown extends T ? never
  : [T] extends [never] ? never
  : T extends SendableAtom | SendableWhole ? never
  : T extends symbol
    ? T extends typeof import("../channels/sentinel.ts").EXIT ? never
    : `"${P}" is a symbol`
  : T extends (...args: never[]) => unknown ? `"${P}" is a function`
  : T extends abstract new (...args: never[]) => unknown
    ? `"${P}" is a function`
  : T extends PromiseLike<unknown> ? `"${P}" is a promise`
  : D["length"] extends DeepestCheck ? never
  : T extends ReadonlyMap<infer K, infer V> ?
      | NotSendableReason<K, `${P}.key`, [...D, 0]>
      | NotSendableReason<V, `${P}.value`, [...D, 0]>
  : T extends ReadonlySet<infer V>
    ? NotSendableReason<V, `${P}.item`, [...D, 0]>
  : T extends WeakMap<never, unknown> | WeakSet<never> | WeakRef<never>
    ? `"${P}" is held weakly`
  : T extends readonly unknown[] ? NotSendableItem<T, P, [...D, 0]>
  : T extends object ? {
      [K in keyof T & string]-?: NotSendableReason<
        T[K],
        `${P}.${K}`,
        [...D, 0]
      >;
    }[keyof T & string]
  : never;

/** {@linkcode NotSendableReason} for the items of an array or a tuple. */
export type NotSendableItem<
  T extends readonly unknown[],
  P extends string,
  D extends readonly unknown[],
> = number extends T["length"] ? NotSendableReason<T[number], `${P}[]`, D>
  : {
    [K in Extract<keyof T, `${number}`>]: NotSendableReason<
      T[K],
      `${P}[${K}]`,
      D
    >;
  }[Extract<keyof T, `${number}`>];

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * What a target must also be, for the compiler to accept it: anything, if its
 * arguments and its result can be sent; else a text that says why not, which
 * no function is.
 */
export type TargetCheck<T> = T extends
  (...args: infer A extends unknown[]) => infer R
  ? [NotSendableReason<A> | NotSendableReason<Awaited<R>, "result">] extends
    [never] ? unknown
  : NotSendableReason<A> | NotSendableReason<Awaited<R>, "result">
  : unknown;
