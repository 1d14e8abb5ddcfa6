/**
 * Where an actor runs, and how much memory it may take there.
 *
 * @module
 */

/** How an actor is kept apart from the others. */
export interface IsolationOptions {
  /**
   * Where it runs: in a `"thread"` of the program, as by default, or in a
   * `"process"` of its own, which can be killed whatever it does, whose memory
   * can be limited, and whose end takes nothing else along. Everything else works
   * the same, but that each use of something shared is a message to the program.
   *
   * Needs `--allow-run` for Deno itself.
   */
  isolation?: "thread" | "process";
  /**
   * The most memory that it may take, in MB, beyond what an idle one does: heap
   * and typed arrays together. For `isolation: "process"` alone. By default as
   * much as Deno lets it have.
   */
  memory?: number;
}

/** Where an actor runs, checked. */
export interface Isolation {
  /** Whether in a process of its own. */
  readonly isProcess: boolean;
  /** See {@linkcode IsolationOptions.memory}. */
  readonly memory: number | undefined;
}

/** The least limit, in MB: less does not suffice to load Troupe. */
const LEAST_MEMORY = 16;

/**
 * Checks the options.
 *
 * @param action What they are for, for the error: `declare an actor`.
 * @param base What counts where they say nothing.
 * @throws {TypeError} If one is of the wrong type, or a limit is given to a
 *   thread.
 * @throws {RangeError} If the limit is out of range.
 */
export function checkIsolation(
  { isolation, memory }: IsolationOptions,
  action: string,
  base: Isolation = { isProcess: false, memory: undefined },
): Isolation {
  if (
    isolation !== undefined && isolation !== "thread" && isolation !== "process"
  ) {
    throw new TypeError(
      `Cannot ${action}: isolation must be "thread" or "process", got ` +
        Deno.inspect(isolation),
    );
  }
  const isProcess = isolation === undefined
    ? base.isProcess
    : isolation === "process";
  const most = memory ?? (isProcess ? base.memory : undefined);
  if (most === undefined) return { isProcess, memory: undefined };
  if (typeof most !== "number") {
    throw new TypeError(
      `Cannot ${action}: memory must be a number of MB, got ${typeof most}`,
    );
  }
  if (!isProcess) {
    throw new TypeError(
      `Cannot ${action}: only an actor with isolation: "process" can have a ` +
        "limit of memory",
    );
  }
  if (!(most >= LEAST_MEMORY && most < 2 ** 31)) {
    throw new RangeError(
      `Cannot ${action}: memory must be ${LEAST_MEMORY} or more MB, got ${most}`,
    );
  }
  return { isProcess, memory: most };
}
