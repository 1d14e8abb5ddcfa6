/**
 * The `model` task: explores all interleavings of all scenarios, also of those
 * that take minutes, and prints the traces by which the broken variants are
 * found.
 *
 * @module
 */
import { runTests } from "../run.ts";

/** A run that takes longer is hung. */
const TIMEOUT = 60 * 60_000;

Deno.exit(
  await runTests(["tests/model/", ...Deno.args], {
    timeout: TIMEOUT,
    env: { TROUPE_MODEL: "full" },
  }),
);
