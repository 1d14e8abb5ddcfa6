/**
 * A class actor that does nothing, in a module that loads nothing else.
 *
 * @module
 */

import { actor } from "../mod.ts";

/** See the module. */
export const idler = actor(
  import.meta,
  class Idler {
    echo(n: number): number {
      return n;
    }
  },
);
