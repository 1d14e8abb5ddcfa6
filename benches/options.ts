/**
 * The options of the command line.
 *
 * @module
 */

import type { Effort } from "./measure.ts";

/** What the benchmark was asked for. */
export interface Options extends Effort {
  /** Parts of the names of the cases to run; none for all cases. */
  readonly only: readonly string[];
  /** Whether to print JSON, at the end, instead of tables. */
  readonly json: boolean;
}

/** The command line is wrong; the message is for who wrote it. */
export class UsageError extends Error {}

/** How to call it. */
export const USAGE = `deno task bench [options]

  --quick       fewer rounds of shorter samples
  --rounds N    samples of each contender (default 5, quick 3)
  --only NAME   only the cases with this in their name; may be repeated
  --json        JSON at the end, instead of tables
  --help        this text`;

/**
 * Reads the command line.
 *
 * @returns Nothing if it asks for help.
 * @throws {UsageError} If it is wrong.
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const only: string[] = [];
  let rounds: number | undefined;
  let quick = false;
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i]!.split("=", 2);
    const value = () => inline ?? args[++i];
    switch (name) {
      case "--help":
        return undefined;
      case "--quick":
        quick = true;
        break;
      case "--json":
        json = true;
        break;
      case "--only":
        only.push(value() ?? "");
        break;
      case "--rounds":
        rounds = wholeNumber(value());
        break;
      default:
        throw new UsageError(`Cannot use "${args[i]}": no such option`);
    }
  }
  const effort: Effort = quick
    ? { rounds: 3, sample: 40, longest: 2000 }
    : { rounds: 5, sample: 200, longest: 14_000 };
  return {
    ...effort,
    ...(rounds && { rounds, longest: Infinity }),
    only,
    json,
  };
}

function wholeNumber(text: string | undefined): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new UsageError(
    `Expected --rounds to be a whole number of at least 1, got ${text}`,
  );
}
