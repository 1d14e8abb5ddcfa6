/**
 * What the figures depend on, without what tells whose machine it is.
 *
 * @module
 */

import { bun } from "./bun.ts";
import { erlang } from "./erlang.ts";
import { node } from "./npm.ts";
import { python } from "./python.ts";

/** The machine, as far as it matters. */
export interface Machine {
  readonly deno: string;
  readonly v8: string;
  readonly os: string;
  readonly arch: string;
  readonly cores: number;
  /** The versions of the peers that are there. */
  readonly python: string | undefined;
  readonly bun: string | undefined;
  readonly node: string | undefined;
  readonly erlang: string | undefined;
}

/** The machine that this program runs on. */
export function thisMachine(): Machine {
  return {
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    python: python?.version,
    bun,
    node,
    erlang,
  };
}
