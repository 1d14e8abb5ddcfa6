/**
 * A task as its worker runs it.
 *
 * @module
 */

import { decode } from "../../channels/decode.ts";
import { checkTimeout } from "../../channels/wait_options.ts";
import { declarationOf } from "../declaration.ts";
import { relocated } from "../../channels/relocated.ts";
import { ofResult } from "../error_bytes.ts";
import type { FunctionActor } from "../process.ts";
import type { Line } from "../protocol.ts";
import type { Board } from "./_board.ts";
import type { CurrentTask } from "./current_task.ts";
import { Future, settleFuture } from "./future.ts";
import { type Nested, Said, type TaskReply } from "./_protocol.ts";
import type { NestedOptions, SubmitParameters } from "./submit_options.ts";

/** What the tasks of a worker share. */
export interface TaskSurroundings {
  /** The name of the pool. */
  readonly pool: string;
  /** Where the worker shows what it does. */
  readonly board: Board;
  /** Where it answers. */
  readonly replies: Line<TaskReply>;
}

let nextNested = 0;

/**
 * What tasks of this worker have submitted and is not over. Not theirs alone: a
 * task may end before, and have left behind who waits.
 */
const underway = new Map<number, Future<unknown>>();

/** A task that a task of this worker submitted is over. */
export function settleNested(nested: number, outcome: Nested): void {
  const future = underway.get(nested);
  if (future === undefined) return;
  underway.delete(nested);
  settleFuture(
    future,
    "error" in outcome
      ? { error: decode(outcome.error, 0, outcome.error.length) }
      : outcome,
  );
}

/** See the module. */
export class TaskContext implements CurrentTask {
  readonly name: string;
  readonly number: number;
  readonly #around: TaskSurroundings;
  #waits: Set<number> | undefined;
  #controller: AbortController | undefined;
  #reason: { readonly value: unknown } | undefined;
  #isOver = false;

  constructor(name: string, number: number, around: TaskSurroundings) {
    this.name = name;
    this.number = number;
    this.#around = around;
  }

  get pool(): string {
    return this.#around.pool;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason.value);
      // What a task left behind may ask for it when the next one runs.
      if (!this.#isOver) this.#around.board.hear();
    }
    return this.#controller.signal;
  }

  /** The tasks that it submitted and has waited for. Most tasks have none. */
  get #awaited(): Set<number> {
    return this.#waits ??= new Set();
  }

  /** Whether the pool has told it to stop. */
  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  report(value: unknown): void {
    try {
      this.#say(value, Said.reported);
    } catch (error) {
      throw ofResult(error);
    }
  }

  submit<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    ...[args, options]: SubmitParameters<NoInfer<A>, NestedOptions>
  ): Future<R> {
    const { module, name, permissions, traits } = declarationOf(actor);
    if (traits !== undefined || this.#isOver) {
      throw new TypeError(
        `Cannot submit ${name}() in task ${this.name}(): ${
          this.#isOver
            ? "the task is over"
            : "it is a class, and a task is a call of a function"
        }`,
      );
    }
    const timeout = options?.timeout;
    if (timeout !== undefined) checkTimeout(timeout);
    const nested = ++nextNested;
    const future = new Future<R>({
      withdraw: () => false,
      hasBegun: () => false,
      onAwaited: () => {
        this.#awaited.add(nested);
        this.confirm(nested);
      },
      onReleased: () => {
        this.#awaited.delete(nested);
        this.#say(nested, Said.released);
      },
    }, `${name}(…)`);
    try {
      this.#say(
        { nested, module, name, permissions, args: args ?? [], timeout },
        Said.submitted,
      );
    } catch (error) {
      settleFuture(future, { error: relocated(error, /^\$\[0\]\.args/) });
      return future;
    }
    underway.set(nested, future as Future<unknown>);
    return future;
  }

  /** Says that it waits for a task that it submitted, if it does. */
  confirm(nested: number): void {
    if (this.#awaited.has(nested) && underway.has(nested)) {
      this.#say(nested, Said.awaited);
    }
  }

  /** The pool tells it to stop. Runs user code. */
  abort(reason: unknown): void {
    this.#reason ??= { value: reason };
    this.#controller?.abort(reason);
  }

  /** It has ended. */
  end(): void {
    this.#isOver = true;
  }

  #say(what: unknown, word: number): void {
    // Of a task that is over nobody wants to hear more.
    if (!this.#isOver) this.#around.replies.say([what, this.number, word, 0]);
  }
}
