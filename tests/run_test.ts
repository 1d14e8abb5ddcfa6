import { assertEquals, assertMatch } from "@std/assert";
import { countLine, readSummary } from "./run.ts";
import { runDeno } from "./tools/child.ts";
import { currentStd, STD_VARIABLE } from "./tools/std_packages.ts";

Deno.test("readSummary reads passed, failed and ignored, whatever the steps", () => {
  assertEquals(
    readSummary("ok | 3 passed | 0 failed (12ms)\n"),
    { passed: 3, failed: 0, skipped: 0 },
  );
  assertEquals(
    readSummary(
      "\x1b[31mFAILED\x1b[0m | 1 passed (1 step) | 3 failed (2 steps) | 1 ignored (1 step) (1s)",
    ),
    { passed: 1, failed: 3, skipped: 1 },
  );
});

Deno.test("readSummary believes the last summary only", () => {
  const printed = "ok | 9 passed | 0 failed (1ms)\n";
  assertEquals(
    readSummary(`${printed}FAILED | 1 passed | 1 failed (2ms)\n`),
    { passed: 1, failed: 1, skipped: 0 },
  );
  assertEquals(readSummary("error: Type checking failed.\n"), undefined);
});

Deno.test("countLine names skipped tests only when there are some", () => {
  assertEquals(
    countLine({ passed: 2, failed: 0, skipped: 0 }),
    "2 passed, 0 failed",
  );
  assertEquals(
    countLine({ passed: 2, failed: 1, skipped: 3 }),
    "2 passed, 1 failed, 3 skipped",
  );
});

// A run inside this run: the file it tests is a plain one of our own.
async function run(...args: string[]) {
  const ended = await runDeno(
    ["run", "-A", "--no-prompt", "tests/run.ts", ...args],
    { timeout: 60_000, env: { [STD_VARIABLE]: currentStd() } },
  );
  return { ...ended, lastLine: ended.stdout.trimEnd().split("\n").at(-1) };
}

Deno.test("the runner passes its arguments on and ends with the count", async () => {
  const { code, lastLine, stderr } = await run(
    "tests/tools/output_pattern_test.ts",
    "--filter",
    "missingLine",
  );
  assertEquals(lastLine, "1 passed, 0 failed", stderr);
  assertEquals(code, 0);
});

Deno.test("a run without a test is a failure", async () => {
  const { code, lastLine } = await run(
    "tests/tools/output_pattern_test.ts",
    "--filter",
    "no test has this name",
  );
  assertEquals(lastLine, "0 passed, 0 failed");
  assertEquals(code, 1);
});

Deno.test("a run that cannot begin counts as one failure", async () => {
  const { code, lastLine, stderr } = await run("tests/no_such_test.ts");
  assertEquals(lastLine, "0 passed, 1 failed");
  assertEquals(code, 1);
  assertMatch(stderr, /error/);
});
