/**
 * Barriers, used from another process.
 *
 * The action of a party is a function, and stays with its actor:
 *
 * ```text
 *   actor                              home
 *     │── wait { hasAction } ─────────▶│ … is the last to come: the action is due
 *     │◀──── Result "due action" ──────│
 *     │ runs its action                │ the others still wait
 *     │── finish [error?] ────────────▶│ all go on, or the barrier is broken
 *     │◀──── the caller's number ──────│
 * ```
 *
 * @module
 */

import {
  Barrier,
  type BarrierBlockOptions,
  type BarrierWaitOptions,
} from "../locks/barrier.ts";
import { registerMaker } from "./makers.ts";
import { type Remote, remoteClass, WAY } from "./remote_class.ts";
import {
  optionsWith,
  registerRemote,
  Result,
  type Way,
} from "./remote_kind.ts";

/** An action that an actor elsewhere is to run now. */
class DueAction {
  readonly #done = Promise.withResolvers<void>();
  readonly #index: Promise<number>;

  /** `wait` waits at the barrier, with this for the action. */
  constructor(
    wait: (action: () => Promise<void>) => Promise<number>,
    onDue: (due: DueAction) => void,
  ) {
    this.#index = wait(() => {
      onDue(this);
      return this.#done.promise;
    });
    this.#index.catch(() => {});
  }

  /** The number of the caller; rejects as the wait does. */
  get index(): Promise<number> {
    return this.#index;
  }

  /** The action was run, and threw this, if anything. */
  finish(failure: readonly unknown[]): Promise<number> {
    if (failure.length > 0) this.#done.reject(failure[0]);
    else this.#done.resolve();
    return this.#index;
  }
}

registerRemote("due action", {
  members: {
    finish: (due: DueAction, failure) => due.finish(failure),
  },
  make: (way) => ({ way }),
}, () => false);

/** Waits at home; the answer is a number, or an action that is due. */
function waitAtHome(
  barrier: Barrier,
  [options, hasAction]: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<number | Result> {
  const all: BarrierWaitOptions = optionsWith(signal, options);
  if (hasAction !== true) return barrier.wait(all);
  return new Promise((resolve, reject) => {
    const due = new DueAction(
      (action) => barrier.wait({ ...all, action }),
      (due) => resolve(new Result("due action", due)),
    );
    due.index.then(resolve, reject);
  });
}

/** Whether there is an action; refuses one that is no function. */
function isAction(action: unknown): boolean {
  if (action === undefined) return false;
  if (typeof action === "function") return true;
  throw new TypeError(
    `Cannot wait at a barrier: action must be a function, got ${typeof action}`,
  );
}

registerRemote(
  "barrier",
  remoteClass(Barrier.prototype, {
    constant: ["kind", "parties"],
    read: ["waiting", "broken"],
    immediate: ["abort", "reset"],
    members: { wait: waitAtHome },
    own: {
      wait: {
        async value(this: Remote, options: BarrierWaitOptions = {}) {
          const { action, signal, ...others } = options;
          const args = [others, isAction(action)];
          const came = await this[WAY].call("wait", args, signal);
          if (typeof came === "number") return came;
          const { way } = came as { way: Way };
          let failure: unknown[] = [];
          try {
            await action!();
          } catch (error) {
            failure = [error];
          }
          return await finished(failure, () => way.call("finish", failure));
        },
      },
      waitSync: {
        value(this: Remote, options: BarrierBlockOptions = {}) {
          const { action, ...others } = options;
          const args = [others, isAction(action)];
          const came = this[WAY].callSync("wait", args);
          if (typeof came === "number") return came;
          const { way } = came as { way: Way };
          try {
            action!();
          } catch (error) {
            try {
              way.callSync("finish", [error]);
            } catch {
              // That is its own error, come back.
            }
            throw error;
          }
          return way.callSync("finish", []);
        },
      },
    },
  }),
  (object) => object instanceof Barrier,
);
registerMaker(
  "barrier",
  (parties: never, options: never) => new Barrier(parties, options),
);

/** Throws what the action threw, itself, once all know. */
async function finished(
  failure: readonly unknown[],
  finish: () => Promise<unknown>,
): Promise<unknown> {
  if (failure.length === 0) return await finish();
  await finish().catch(() => {});
  throw failure[0];
}
