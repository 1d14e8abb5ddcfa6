/**
 * What runs the tasks of a pool's worker in a process of its own.
 *
 * ```text
 *   agent: takes tasks, answers          child: TaskRunner
 *     │── ask run(module, name, args, task) ──▶│ calls the function
 *     │◀─────────────── report, submit ────────│ currentTask()
 *     │◀─────────────────────── the value ─────│
 * ```
 *
 * @module
 */

import { Encoder } from "../../channels/encode.ts";
import { PACK, type PackedHandle } from "../../channels/handle.ts";
import { packRemote } from "../../channels/remote/remote_class.ts";
import {
  argumentsIn,
  registerRemote,
  Result,
  type Way,
} from "../../channels/remote/remote_kind.ts";
import {
  addDeclaration,
  type ClassTraits,
  declarationOf,
  setDeclaration,
} from "../declaration.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { relocated } from "../../channels/relocated.ts";
import { loadDeclaration } from "../load.ts";
import { checkMailbox } from "../mailbox_options.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { type CurrentTask, setCurrentTask } from "../pool/current_task.ts";
import { Future, settleFuture } from "../pool/future.ts";
import type { FunctionActor } from "../process.ts";
import { isThenable } from "../thenable.ts";
import type { AnyFunction } from "../sendable.ts";

/** For an error beside results: whatever that holds, they get there. */
const encoder = new Encoder({ selfContained: true });

/** What came of a chunk, as it is told to the agent. */
export interface EachOutcome {
  /** See `ChunkOutcome`. */
  readonly results: unknown[];
  /** The error, encoded by itself; undefined if there was none. */
  readonly thrown: Uint8Array<ArrayBuffer> | undefined;
}

/** Runs functions, one after another. */
class TaskRunner {
  /** Loads the module of a function; rejects with why it cannot be called. */
  async load(module: string, name: string): Promise<void> {
    await loadDeclaration(module, name);
  }

  /** Calls a function of a module; the task is missing for an initializer. */
  async run(
    module: string,
    name: string,
    args: readonly unknown[],
    task: FarTask | undefined,
  ): Promise<unknown> {
    const { target } = await loadDeclaration(module, name);
    setCurrentTask(task);
    try {
      return await (target as AnyFunction)(...args as never[]);
    } finally {
      setCurrentTask(undefined);
      task?.end();
    }
  }

  /** Calls a function with each of the items, or with what each of them holds. */
  async runEach(
    module: string,
    name: string,
    items: readonly unknown[],
    isSpread: boolean,
    task: FarTask | undefined,
  ): Promise<EachOutcome> {
    const { target } = await loadDeclaration(module, name);
    const run = target as AnyFunction;
    const results: unknown[] = [];
    setCurrentTask(task);
    try {
      for (const item of items) {
        const result = isSpread ? run(...item as never[]) : run(item as never);
        results.push(isThenable(result) ? await result : result);
      }
      return { results, thrown: undefined };
    } catch (error) {
      const length = encoder.encodeLossy(error);
      return { results, thrown: encoder.bytes.slice(0, length) };
    } finally {
      setCurrentTask(undefined);
      task?.end();
    }
  }
}

/** The name under which that is declared. */
export const RUNNER = "TaskRunner";

/** How it deals with messages. */
export const RUNNER_TRAITS: ClassTraits = {
  mailbox: checkMailbox(),
  isReentrant: false,
  endsOnThrow: false,
  methods: ["load", "run", "runEach"],
  streams: [],
};

addDeclaration({
  name: RUNNER,
  module: import.meta.url,
  target: TaskRunner,
  traits: RUNNER_TRAITS,
  permissions: "none",
});

/** A task, as its function sees it in another process. */
class FarTask implements CurrentTask {
  readonly #way: Way;
  readonly #over = new AbortController();
  #aborted: AbortController | undefined;

  constructor(way: Way) {
    this.#way = way;
  }

  get name(): string {
    return this.#way.fields.name as string;
  }

  get number(): number {
    return this.#way.fields.number as number;
  }

  get pool(): string {
    return this.#way.fields.pool as string;
  }

  get signal(): AbortSignal {
    if (this.#aborted === undefined) {
      const aborted = this.#aborted = new AbortController();
      this.#way.call("aborted", [], this.#over.signal).then(
        (reason) => aborted.abort(reason),
        () => {},
      );
    }
    return this.#aborted.signal;
  }

  report(value: unknown): void {
    try {
      this.#way.callSync("report", [value]);
    } catch (error) {
      throw relocated(error, /^\$\[0\]/);
    }
  }

  submit<R>(
    actor: FunctionActor<never, R>,
    args: readonly unknown[] = [],
    options?: object,
  ): Future<R> {
    const { module, name, permissions, traits } = declarationOf(actor);
    const declared = {
      module,
      name,
      permissions,
      isClass: traits !== undefined,
    };
    const future = new Future<R>({
      withdraw: () => false,
      hasBegun: () => false,
      // Said once the task has come to wait: one that goes on to its end does not.
      onAwaited: () =>
        void setTimeout(() => {
          if (!this.#over.signal.aborted) {
            nested?.call("await", []).catch(() => {});
          }
        }, 0),
      onReleased: () => {},
    }, `${name}(…)`);
    let nested: Way | undefined;
    try {
      const called = [declared, args, options];
      nested = this.#way.callSync("submit", called) as Way;
    } catch (error) {
      if (!(error instanceof NotSendableError)) throw error;
      settleFuture(future, { error: relocated(error, /^\$\[1\]/) });
      return future;
    }
    nested.call("outcome", []).then(
      (value) => settleFuture(future, { value: value as R }),
      (error) => settleFuture(future, { error }),
    );
    return future;
  }

  /** The task is over. */
  end(): void {
    this.#over.abort();
  }

  /** How it gets from the main thread to that of the runner. */
  [PACK](): PackedHandle {
    return packRemote(this);
  }
}

/** What is declared of an actor that a task submits. */
interface Declared {
  readonly module: string;
  readonly name: string;
  readonly permissions: NormalizedPermissions;
  readonly isClass: boolean;
}

registerRemote("task", {
  members: {
    report: (task: CurrentTask, [value]) => task.report(value),
    aborted: ({ signal }: CurrentTask) =>
      new Promise((resolve) => {
        const onAbort = () => resolve(signal.reason);
        if (signal.aborted) onAbort();
        else signal.addEventListener("abort", onAbort, { once: true });
      }),
    submit(task: CurrentTask, [declared, args, options]) {
      const { isClass, ...others } = declared as Declared;
      const actor = {} as FunctionActor<unknown[], unknown>;
      setDeclaration(actor, {
        ...others,
        target: () => {},
        traits: isClass ? RUNNER_TRAITS : undefined,
      });
      const submitted = task.submit(
        actor,
        argumentsIn(args),
        options as object,
      );
      return new Result("nested task", submitted);
    },
  },
  fields: ({ name, number, pool }: CurrentTask) => ({ name, number, pool }),
  make: (way) => new FarTask(way),
}, () => false);

registerRemote("nested task", {
  members: {
    outcome: (future: Future) =>
      new Promise((resolve, reject) => {
        future.addDoneCallback(() => {
          future.result().then(resolve, reject);
        });
      }),
    await: (future: Future) => future.result(),
  },
  make: (way) => way,
}, () => false);
