/**
 * The `test:processes` task: runs the tests of what actors do with all of them in
 * processes of their own. Some of these are part of every run.
 *
 * @module
 */
import { IN_PROCESSES, PROCESS_FILES } from "./lanes.ts";
import { RUN_TIMEOUT, runTests } from "./run.ts";

const given = Deno.args.some((arg) => !arg.startsWith("-"));
const files = given ? [] : PROCESS_FILES;
Deno.exit(
  await runTests([...IN_PROCESSES, ...files, ...Deno.args], {
    timeout: 3 * RUN_TIMEOUT,
  }),
);
