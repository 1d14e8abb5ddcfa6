/**
 * Stands in for `@std/assert` where JSR does not answer: the same names and
 * signatures over `node:assert/strict`, and only those our tests use.
 *
 * Equality is Node's, which is the stricter of the two (it tells `0` from `-0`
 * and one error from another), so what is equal here is equal there.
 *
 * @module
 */

export { AssertionError } from "./assert/assertion_error.ts";
export * from "./assert/values.ts";
export * from "./assert/structure.ts";
export * from "./assert/failures.ts";
