/**
 * How handles look when they are logged.
 *
 * @module
 */

/** The method that Deno's `console.log` and `Deno.inspect` call. */
export const INSPECT: unique symbol = Symbol.for("Deno.customInspect");
