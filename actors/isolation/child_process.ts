/**
 * The process of a process actor, as its agent sees it.
 *
 * @module
 */

import { spawn } from "node:child_process";
import type { ByteStream } from "./stream_carrier.ts";
import type { ChildCommand } from "./child_command.ts";
import { StandardError } from "./_standard_error.ts";

/** How a process ended. */
export interface ProcessEnd {
  /** Its exit code, if it ended by itself. */
  readonly code: number | null;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** What the platform said last, if it ended since it ran out of memory. */
  readonly outOfMemory: string | undefined;
}

/** The descriptor over which a child and its agent talk. */
export const DESCRIPTOR = 3;

/** How long what it wrote may come after its end, in ms. */
const LATE_WORDS = 500;

/** How long its streams may take to close, in ms: far more than they do. */
const LONGEST_CLOSE = 10_000;

/** The part of Node's child process that is used. */
interface NodeChild {
  readonly pid?: number;
  readonly stderr: ByteStream;
  readonly stdio: readonly (ByteStream | null)[];
  kill(signal: string): boolean;
  on(
    event: "exit" | "close",
    listener: (code: number | null, signal: string | null) => void,
  ): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** See the module. */
export class ChildProcess {
  /** Its id, by the operating system. */
  readonly pid: number | undefined;
  /**
   * Settles when it is gone, and what it had sent has come; rejects if it could
   * not be started.
   */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: NodeChild;
  #isOver = false;

  /** Starts a process. */
  constructor({ file, args, env }: ChildCommand) {
    // The actor has its program's standard input and output. What goes to
    // standard error passes through here, for what the platform writes there
    // when it runs out of memory.
    const child = spawn(file, args, {
      stdio: ["inherit", "inherit", "pipe", "pipe"],
      env,
    }) as unknown as NodeChild;
    this.#child = child;
    this.pid = child.pid;
    const errors = new StandardError();
    child.stderr.on("data", (bytes) => errors.take(bytes));
    child.stderr.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      const end = (code: number | null, signal: string | null) =>
        resolve({ code, signal, outOfMemory: errors.end() });
      child.on("exit", (code, signal) => {
        this.#isOver = true;
        // What it has started may hold its streams for longer. They are closed
        // before this thread closes, which would leave them open.
        let timer = setTimeout(() => {
          child.stderr.destroy();
          this.stream.destroy();
          timer = setTimeout(() => end(code, signal), LONGEST_CLOSE);
        }, LATE_WORDS);
        this.ended.finally(() => clearTimeout(timer));
      });
      child.on("close", end);
    });
  }

  /** The stream to the process. */
  get stream(): ByteStream {
    return this.#child.stdio[DESCRIPTOR]!;
  }

  /** Ends it at once, whatever it does. */
  kill(): void {
    if (!this.#isOver) this.#child.kill("SIGKILL");
  }
}
