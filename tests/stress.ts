/**
 * The `stress` task: the stress tests alone, each for as many seconds as the
 * first argument says, or TROUPE_STRESS, or 60. Without this task they are
 * part of every run and take the short time each has by default.
 *
 * @module
 */
import { RUN_TIMEOUT, runTests } from "./run.ts";

/** Tells a stress test how many seconds to go on. */
const STRESS_VARIABLE = "TROUPE_STRESS";

/** Room for this many tests of the full length, on top of the usual bound. */
const ROOM_FOR_TESTS = 50;

const LONGEST_TIMER = 2 ** 31 - 1; // milliseconds; a longer one fires at once

const [first, ...rest] = Deno.args;
const given = first && !first.startsWith("-") ? first : undefined;
const text = given ?? Deno.env.get(STRESS_VARIABLE) ?? "60";
const seconds = Number(text);
if (!(seconds > 0 && Number.isFinite(seconds))) {
  console.error(`Cannot run a stress test of "${text}" seconds`);
  Deno.exit(2);
}
const others = given === undefined ? Deno.args : rest;
Deno.exit(
  await runTests(["--filter", "/[Ss]tress/", ...others], {
    timeout: Math.min(
      RUN_TIMEOUT + ROOM_FOR_TESTS * seconds * 1000,
      LONGEST_TIMER,
    ),
    env: { [STRESS_VARIABLE]: String(seconds) },
  }),
);
