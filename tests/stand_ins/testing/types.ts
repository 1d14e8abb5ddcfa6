/**
 * Stands in for `@std/testing/types` where JSR does not answer.
 *
 * @module
 */

/** Fails to compile unless the type argument is the boolean passed. */
export function assertType<T extends true | false>(_expectTrue: T): void {}

export type AssertTrue<_T extends true> = never;

export type AssertFalse<_T extends false> = never;

export type Assert<T extends true | false, _Expected extends T> = never;

export type IsAny<T> = 0 extends (1 & T) ? true : false;

export type IsNever<T> = [T] extends [never] ? true : false;

export type IsUnknown<T> = IsAny<T> extends true ? false
  : unknown extends T ? true
  : false;

export type IsNullable<T> = Extract<T, null | undefined> extends never ? false
  : true;

/** Whether the union `T` has the member `U`. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : Extract<T, U> extends never ? false
  : true;

export type NotHas<T, U> = Has<T, U> extends false ? true : false;

/**
 * Whether two types are the same. An intersection is compared by the members
 * it comes to, as the original does.
 */
export type IsExact<T, U> = Same<T, U> extends true ? true
  : Same<Flat<T>, Flat<U>>;

/** Two conditional types are alike to the compiler only if their bounds are. */
type Same<T, U> = (<G>() => G extends T ? 1 : 2) extends
  (<G>() => G extends U ? 1 : 2) ? true : false;

type Flat<T> = T extends object ? { [K in keyof T]: T[K] } : T;
