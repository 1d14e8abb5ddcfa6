/**
 * The process of a process actor where it cannot be given a descriptor: because of
 * the platform, or as its program lacks the right that Node's `spawn` takes.
 *
 * As `ChildProcess` in all else.
 *
 * @module
 */

import type { ChildCommand } from "./child_command.ts";
import type { ProcessEnd } from "./child_process.ts";
import {
  LoopbackListener,
  type LoopbackOptions,
  streamOf,
  withLoopback,
} from "./loopback_carrier.ts";
import { StandardError } from "./_standard_error.ts";
import type { ByteStream } from "./stream_carrier.ts";

/** How long what it wrote may come after its end, in ms. */
const LATE_WORDS = 500;

/** See the module. */
export class LoopbackProcess {
  /** Its id, by the operating system. */
  readonly pid: number | undefined;
  /**
   * Settles when it is gone; rejects if it could not be started, or was ended
   * here because it did not connect in time.
   */
  readonly ended: Promise<ProcessEnd>;
  /**
   * The stream to the process. What is written before that has connected waits.
   */
  readonly stream: ByteStream;
  readonly #child: Deno.ChildProcess | undefined;
  /** Why it was ended here. */
  #failure: Error | undefined;
  #isOver = false;

  /**
   * Starts a process by the command, to which is added what it must know and may.
   *
   * @throws {Deno.errors.NotCapable} If the thread may not listen.
   */
  constructor(command: ChildCommand, options?: LoopbackOptions) {
    const listener = new LoopbackListener(options);
    this.stream = streamOf(listener);
    const { port, token } = listener;
    try {
      this.#child = start(withLoopback(command, port, token));
    } catch (error) {
      listener.close();
      this.ended = Promise.reject(error);
      return;
    }
    this.pid = this.#child.pid;
    listener.connection.catch((error) => {
      this.#failure = error;
      this.kill();
    });
    this.ended = this.#end(this.#child).finally(() => listener.close());
  }

  /** Ends it at once, whatever it does. */
  kill(): void {
    if (this.#isOver) return;
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended just now.
    }
  }

  async #end({ status, stderr }: Deno.ChildProcess): Promise<ProcessEnd> {
    const errors = new StandardError();
    const reader = stderr.getReader();
    const words = takeAll(reader, errors);
    const { code, signal } = await status;
    this.#isOver = true;
    // What it has started may hold its standard error for longer.
    const timer = setTimeout(() => reader.cancel(), LATE_WORDS);
    await words;
    clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure;
    return {
      code: signal === null ? code : null,
      signal,
      outOfMemory: errors.end(),
    };
  }
}

function start({ file, args, env }: ChildCommand): Deno.ChildProcess {
  return new Deno.Command(file, {
    args: [...args],
    env: { ...env },
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "piped",
  }).spawn();
}

async function takeAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  errors: StandardError,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      errors.take(value);
    }
  } catch {
    // Nothing comes any more.
  }
}
