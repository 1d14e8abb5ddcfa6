/**
 * Whether Deno would ask the user for a permission, and the warning that it
 * does.
 *
 * On a terminal Deno does not deny what is neither granted nor denied: it asks,
 * in every thread, and a "y" gives the right to the thread that wanted it. An
 * actor with `"none"` can so be given anything, by a question that does not
 * name it. `--no-prompt`, or `DENO_NO_PROMPT=1` in the environment, turns the
 * questions off; the sandbox of an actor is only as sound as the absence of
 * whoever would answer them.
 *
 * No interface tells whether they are off. What was tried and did not:
 * `process.execArgv` is empty, and `Deno.permissions.query` says "prompt" either
 * way. A request for a name longer than 10 kB is denied without a question, and
 * leaves a trace only where questions are on; but it writes three alarming
 * lines to the terminal. So two sources remain, each used only where reading it
 * cannot raise a question itself.
 *
 * @module
 */

// Read once, before an actor runs: the environment is shared by all threads,
// Deno looks at it only when it starts, and what is set later changes nothing.
const offByEnvironment = granted({ name: "env", variable: "DENO_NO_PROMPT" }) &&
  Deno.env.get("DENO_NO_PROMPT") === "1"; // "true" and the like do not count

/** Whether a right that is not granted would be asked for on the terminal. */
export function promptsPossible(): boolean {
  return onTerminal() && !offByEnvironment;
}

/**
 * Says on stderr, in one line, that Deno may prompt and so widen what a
 * restricted actor may do. Call it when one starts.
 *
 * Says nothing if stdin or stderr is not a terminal (Deno then never asks), or
 * if prompts are known to be off. That is known with `DENO_NO_PROMPT=1` if the
 * program may read this variable, and with `--no-prompt` on Linux if the program
 * may do everything; otherwise the line appears although it need not. Never
 * causes a prompt itself.
 *
 * @param said A word of memory that is 1 once it was said. Threads that share
 * it say it once together; by default each thread has its own.
 */
export function warnAboutPrompts(said: Int32Array = ownWord): void {
  if (Atomics.load(said, 0) !== 0) return;
  if (!promptsPossible() || offByFlag()) return;
  if (Atomics.compareExchange(said, 0, 0, 1) !== 0) return;
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(WARNING));
  } catch {
    // A stderr that cannot be written is no reason not to start an actor.
  }
}

const ownWord = new Int32Array(1);

const WARNING = "Deno may prompt for what an actor was not given, and a yes " +
  "grants it: start the program with --no-prompt or DENO_NO_PROMPT=1\n";

function onTerminal(): boolean {
  try {
    return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  } catch {
    return false; // closed
  }
}

/** Whether `--no-prompt` is known to be among the flags of the program. */
function offByFlag(): boolean {
  const path = "/proc/self/cmdline";
  if (Deno.build.os !== "linux" || !granted({ name: "read", path })) {
    return false;
  }
  try {
    // Deno wants every right for this file. It denies it without a question.
    const line = Deno.readTextFileSync(path).split("\0").slice(0, -1);
    // The arguments of the program come last and are not flags.
    return line.slice(1, line.length - Deno.args.length)
      .includes("--no-prompt");
  } catch {
    return false;
  }
}

function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
