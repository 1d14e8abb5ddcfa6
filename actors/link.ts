/**
 * Ending together.
 *
 * @module
 */

import { Callers } from "../channels/callers.ts";
import { registerErrorClass } from "../channels/error_classes.ts";
import { PACK } from "../channels/handle.ts";
import { Life, lifeOf, ROOT, threadExists } from "../channels/threads.ts";
import { THREAD } from "../channels/until.ts";
import { waitAt } from "../channels/waiting.ts";
import { describeExit, type Exit } from "./exit.ts";
import { isFar, LINK } from "./far_link.ts";
import { endCaller, tie } from "./links.ts";
import { monitor } from "./monitor.ts";
import type { NormalizedPermissions } from "./permissions.ts";
import type { Process } from "./process.ts";
import { type Ended, endedExit, readExit, silentExit } from "./read_exit.ts";
import { Over, Record } from "./record.ts";

/** How a link works. */
export interface LinkOptions<R = unknown> {
  /**
   * Called when the process ends abnormally, in place of ending the caller. The
   * process still ends with the caller.
   */
  trap?: (exit: Exit<R>, process: Process<R>) => void;
}

/**
 * What an actor, or the program, ends with because a process that it is linked
 * to has ended abnormally.
 */
export class LinkedExitError extends Error {
  /** The class name, `"LinkedExitError"`. */
  override readonly name = "LinkedExitError";
  /** The name of the process. */
  readonly process: string;
  /**
   * How it ended, as far as that was known at once: whether the thread of one
   * that was terminated stops turns out later.
   */
  readonly exit: Exit;

  /** Builds the error. */
  constructor(process: string, exit: Exit) {
    super(
      `Cannot go on without linked process ${JSON.stringify(process)}: ` +
        describeExit(exit),
      "error" in exit ? { cause: exit.error } : undefined,
    );
    this.process = process;
    this.exit = exit;
  }
}

registerErrorClass(LinkedExitError);

/**
 * Ties the caller, an actor or the program itself, and a process together: when
 * one of them ends abnormally, so does the other. For parts that are of no use
 * without each other.
 *
 * Normal is to return, to exit with code 0, and to end after having been asked
 * to stop; that leaves the other alone. (Only a caller that does not stop in its
 * time, and is terminated, counts as killed: it can say nothing any more.) After
 * anything else
 *
 * - a process whose partner ended is terminated, as by `Process.terminate`;
 * - a caller whose partner ended ends with a {@linkcode LinkedExitError}: an
 *   actor as if it had thrown that, the program by an error that nobody caught.
 *   An actor that blocks in a channel does so too; the program, when it is back
 *   at its event loop. With `trap` this is called instead.
 *
 * If the process has ended abnormally already, that happens at once. One link is
 * enough for both directions, and two are no more than one. A link does not keep
 * the program alive, but a `trap` does as long as the process lives.
 *
 * Not for an actor that is to be started again: that is what a supervisor is
 * for, which knows how often and in which order.
 *
 * @example
 * ```ts ignore
 * import { actor, link, LinkedExitError, type Process } from "@troupe/troupe";
 *
 * const reads = actor(import.meta, function reads() {
 *   throw new Error("no such device");
 * });
 * const shows = actor(import.meta, async function shows(reader: Process) {
 *   link(reader);
 *   await new Promise(() => {}); // Nothing to show, for ever?
 * });
 *
 * if (import.meta.main) {
 *   const reader = reads.spawn([], { name: "reader" });
 *   const exit = await shows.spawn([reader]).join();
 *   if (exit.reason !== "threw") throw new Error(exit.reason);
 *   const { cause } = exit.error;
 *   console.log(cause instanceof LinkedExitError && cause.process); // reader
 * }
 * ```
 *
 * @returns Unlinks when disposed of.
 * @throws {ProcessStateError} If the process was not started.
 * @throws {TypeError} If `trap` is no function.
 */
export function link<R>(
  process: Process<R>,
  options: LinkOptions<R> = {},
): Disposable {
  const { trap } = options;
  if (trap !== undefined && typeof trap !== "function") {
    throw new TypeError(
      `Cannot link to a process: trap must be a function, got ${
        trap === null ? "null" : typeof trap
      }`,
    );
  }
  if (isFar(process)) {
    return process[LINK](trap as LinkOptions["trap"]);
  }
  const partner = new Partner(process);
  const untie = tie(process.id, partner.record.links);
  const watch = trap === undefined
    ? endWith(partner)
    : monitor(process, (exit) => {
      if (partner.isAbnormal) trap(exit, process);
    });
  let isLinked = true;
  return {
    [Symbol.dispose]() {
      if (!isLinked) return;
      isLinked = false;
      untie();
      watch[Symbol.dispose]();
    },
  };
}

/** Ends the caller when the partner has ended abnormally. */
function endWith(partner: Partner): Disposable {
  const over = new AbortController();
  waitAt([new Callers()], {
    attempt: () => {
      if (partner.isAble) return false;
      if (partner.isAbnormal) {
        endCaller(new LinkedExitError(partner.name, partner.exit));
      }
      return true;
    },
    options: { signal: over.signal },
    late: () => "",
    keepsAlive: false,
  }).catch(() => {}); // It was unlinked.
  return { [Symbol.dispose]: () => over.abort() };
}

/**
 * The process at the other end of a link, seen without the help of an event
 * loop: its caller may block.
 */
class Partner {
  /** Its record. */
  readonly record: Record;
  readonly #thread: number;
  readonly #actor: Ended;

  constructor(process: Process<unknown>) {
    // Throws if it was not started.
    this.#thread = process[THREAD];
    const { record, permissions, module } = process[PACK](ROOT) as unknown as {
      readonly record: SharedArrayBuffer;
      readonly permissions: NormalizedPermissions;
      readonly module: string;
    };
    this.record = new Record(record);
    const { name } = process;
    this.#actor = { name, permissions, declaration: { module } };
  }

  get name(): string {
    return this.#actor.name;
  }

  get isAble(): boolean {
    return lifeOf(this.#thread) === Life.running;
  }

  /** How it ended, if that takes the other one along. */
  get exit(): Exit {
    // What it wrote into its record after its end counts for nothing.
    if (this.#wasEnded) {
      return endedExit(this.record, !threadExists(this.#thread));
    }
    const { over, leaving } = this.record;
    if (leaving !== undefined) return readExit(leaving, [], this.#actor);
    return over === Over.left
      ? silentExit(undefined, this.#actor)
      : endedExit(this.record, true);
  }

  /**
   * Whether its end, once it can act no more, takes the other one along. By what
   * it said when it left, and not by what it left: of a value that holds handles
   * only the one who started it can make anything.
   */
  get isAbnormal(): boolean {
    const { leaving, stopAsked } = this.record;
    return !stopAsked && (this.#wasEnded || leaving?.code !== 0);
  }

  /** Whether it did not leave by itself. */
  get #wasEnded(): boolean {
    const { over } = this.record;
    return over === Over.no
      ? lifeOf(this.#thread) !== Life.left
      : over !== Over.left;
  }
}
