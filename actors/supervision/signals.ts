/**
 * Ending a program in order when it is told to by a signal.
 *
 * @module
 */

import { checkTimeout } from "../../channels/wait_options.ts";
import type { ShutdownReport, StoppedChild } from "./supervisor_exit.ts";

/** How signals end a program. */
export interface SignalOptions {
  /**
   * The time for all children together, in ms: who has not ended by then is
   * terminated. Default: 10,000.
   */
  deadline?: number;
  /** Which signals. Default: `SIGINT` and `SIGTERM`. */
  signals?: readonly Deno.Signal[];
}

const DEFAULT_DEADLINE = 10_000;

/** The numbers of the signals that end programs, for the exit code. */
const NUMBERS: { readonly [signal: string]: number } = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGBREAK: 21,
  SIGTERM: 15,
};

/** How many supervisors a signal is shutting down: the last of them exits. */
let ending = 0;

/**
 * Begins to handle signals: the first shuts down within the deadline, says on
 * stderr what was cut, and exits; the second exits at once. The exit code is
 * 128 and the number of the signal, as a shell has it. Where several supervisors
 * handle a signal, none ends the program before the others are done.
 *
 * @returns What ends the handling.
 */
export function handleSignals(
  name: string,
  shutdown: (deadline: number) => Promise<ShutdownReport>,
  options: SignalOptions = {},
): Disposable {
  const deadline = options.deadline === undefined
    ? DEFAULT_DEADLINE
    : checkTimeout(options.deadline);
  const signals = options.signals ??
    (Deno.build.os === "windows"
      ? ["SIGINT", "SIGBREAK"] as const
      : ["SIGINT", "SIGTERM"] as const);
  for (const signal of signals) {
    if (NUMBERS[signal] === undefined) {
      throw new TypeError(
        `Cannot handle signals: ${signal} is none that ends programs. Take ${
          Object.keys(NUMBERS).join(", ")
        }`,
      );
    }
  }
  let isEnding = false;
  // Each once: a second listener would take the first signal for the second.
  const listeners = [...new Set(signals)].map((signal) => {
    const code = 128 + NUMBERS[signal]!;
    const listener = async () => {
      if (isEnding) Deno.exit(code);
      isEnding = true;
      ending++;
      console.error(
        `${signal}: supervisor "${name}" stops its children; once more ends ` +
          "the program at once",
      );
      const report = await shutdown(deadline);
      for (const line of describeCuts(report)) console.error(line);
      if (--ending === 0) Deno.exit(code);
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return {
    [Symbol.dispose]() {
      for (const remove of listeners.splice(0)) remove();
    },
  };
}

/** What a shutdown cut off, a line for each child concerned. */
export function describeCuts({ children }: ShutdownReport): string[] {
  return children.flatMap((child) => describeCut(child, ""));
}

function describeCut(child: StoppedChild, path: string): string[] {
  const { id, cut, messagesLeft, exit } = child;
  const name = `${path}${id}`;
  if ("report" in exit) {
    return exit.report.children.flatMap((inner) =>
      describeCut(inner, `${name}/`)
    );
  }
  const lines: string[] = [];
  if (cut) lines.push(`cut: ${name} was terminated before it had ended`);
  if (messagesLeft > 0) {
    const messages = messagesLeft === 1
      ? `1 message for ${name} was`
      : `${messagesLeft} messages for ${name} were`;
    lines.push(`cut: ${messages} not handled`);
  }
  return lines;
}
