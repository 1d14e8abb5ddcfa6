/**
 * Locks and their kin, used from another process.
 *
 * At home they are held by the thread that speaks for the actor, so an actor that
 * dies frees them as any other does.
 *
 * @module
 */

import { Condition } from "../locks/condition.ts";
import { EventFlag } from "../locks/event_flag.ts";
import { Guard } from "../locks/guard.ts";
import { Lock, STATE } from "../locks/lock.ts";
import { RecursiveLock } from "../locks/recursive_lock.ts";
import { RwLock } from "../locks/rw_lock.ts";
import { Semaphore } from "../locks/semaphore.ts";
import type { BlockOptions, WaitOptions } from "../wait_options.ts";
import { registerMaker } from "./makers.ts";
import {
  type ClassShape,
  type Remote,
  remoteClass,
  WAY,
} from "./remote_class.ts";
import {
  type Member,
  optionsWith,
  registerRemote,
  Result,
  type Way,
} from "./remote_kind.ts";

registerRemote("guard", {
  members: {
    // Released by another of its lock's methods it may be, too.
    release(guard: Guard) {
      if (!guard.released) guard.release();
    },
    forget: (guard: Guard) => guard.forget(),
  },
  fields: ({ abandoned }: Guard) => ({ abandoned }),
  make: ({ callSync, fields }: Way) =>
    new Guard({
      label: "this",
      letGo: () => callSync("release", []),
      forget: () => callSync("forget", []),
    }, fields.abandoned === true),
}, () => false);

/** The members that give guards: by awaiting, at once, and by blocking. */
function acquiring(
  suffix = "",
): Pick<ClassShape, "blocking" | "members" | "own"> {
  const waits = `acquire${suffix}`;
  const tries = `tryAcquire${suffix}`;
  const asResult = (guard: Guard | undefined) =>
    guard && new Result("guard", guard);
  const members: Record<string, Member> = {
    [waits]: async (lock: Record<string, typeof acquire>, [options], signal) =>
      asResult(await lock[waits]!(optionsWith(signal, options))),
    [tries]: (lock: Record<string, () => Guard | undefined>) =>
      asResult(lock[tries]!()),
  };
  return {
    members,
    own: {
      [waits]: {
        value(this: Remote, options: WaitOptions = {}) {
          const { signal, ...others } = options;
          return this[WAY].call(waits, [others], signal);
        },
      },
      [`${waits}Sync`]: {
        value(this: Remote, options?: BlockOptions) {
          return this[WAY].callSync(waits, [options]);
        },
      },
      [tries]: {
        value(this: Remote) {
          return this[WAY].callSync(tries, []);
        },
      },
    },
  };
}

declare function acquire(options: WaitOptions): Promise<Guard>;

/** What runs a function while it holds something. */
const RUNNING: PropertyDescriptorMap = {
  run: {
    async value(
      this: Lock,
      work: (abandoned: boolean) => unknown,
      options?: WaitOptions,
    ) {
      using guard = await this.acquire(options);
      return await work(guard.abandoned);
    },
  },
  runSync: {
    value(
      this: Lock,
      work: (abandoned: boolean) => unknown,
      options?: BlockOptions,
    ) {
      using guard = this.acquireSync(options);
      return work(guard.abandoned);
    },
  },
};

const whole = acquiring();
const lockShape: ClassShape = {
  constant: ["kind"],
  read: ["isLocked", "isHeldHere"],
  immediate: ["release", "inspect"],
  members: whole.members!,
  own: {
    ...whole.own,
    ...RUNNING,
    [STATE]: {
      get(): never {
        throw new TypeError(
          "Cannot use this lock with memory of this process: it belongs to " +
            "the process that started this actor. Make one for that memory",
        );
      },
    },
  },
};

// First the kind that is the other, too.
registerRemote(
  "recursive-lock",
  remoteClass(RecursiveLock.prototype, lockShape),
  (object) => object instanceof RecursiveLock,
);
registerMaker("recursive-lock", (options: never) => new RecursiveLock(options));
registerRemote(
  "lock",
  remoteClass(Lock.prototype, lockShape),
  (object) => object instanceof Lock,
);
registerMaker("lock", (options: never) => new Lock(options));

registerRemote(
  "semaphore",
  remoteClass(Semaphore.prototype, {
    constant: ["kind"],
    read: ["available"],
    immediate: ["release", "inspect"],
    members: whole.members!,
    own: { ...whole.own, ...RUNNING },
  }),
  (object) => object instanceof Semaphore,
);
registerMaker(
  "semaphore",
  (permits: never, options: never) => new Semaphore(permits, options),
);

const readers = acquiring("Read");
const writers = acquiring("Write");
registerRemote(
  "rw-lock",
  remoteClass(RwLock.prototype, {
    constant: ["kind"],
    immediate: ["inspect"],
    members: { ...readers.members, ...writers.members },
    own: { ...readers.own, ...writers.own },
  }),
  (object) => object instanceof RwLock,
);
registerMaker("rw-lock", (options: never) => new RwLock(options));

registerRemote(
  "condition",
  remoteClass(Condition.prototype, {
    constant: ["kind"],
    read: ["waiting", "lock"],
    awaited: { wait: 0 },
    blocking: { waitSync: "wait" },
    immediate: ["notify", "notifyAll"],
    own: {
      waitFor: {
        async value(
          this: Condition,
          predicate: () => unknown,
          options: WaitOptions = {},
        ) {
          const left = timeLeft(options);
          for (;;) {
            const found = predicate();
            if (found) return found;
            await this.wait({ ...options, timeout: left() });
          }
        },
      },
      waitForSync: {
        value(
          this: Condition,
          predicate: () => unknown,
          options: BlockOptions = {},
        ) {
          const left = timeLeft(options);
          for (;;) {
            const found = predicate();
            if (found) return found;
            this.waitSync({ timeout: left() });
          }
        },
      },
    },
  }),
  (object) => object instanceof Condition,
);
registerMaker("condition", (options: never) => new Condition(options));

/** Gives what is left of a time-out, from now on. */
function timeLeft({ timeout }: BlockOptions): () => number | undefined {
  if (timeout === undefined) return () => undefined;
  const end = performance.now() + timeout;
  return () => Math.max(0, end - performance.now());
}

registerRemote(
  "event-flag",
  remoteClass(EventFlag.prototype, {
    constant: ["kind"],
    read: ["isSet"],
    awaited: { wait: 0 },
    blocking: { waitSync: "wait" },
    immediate: ["set", "clear"],
  }),
  (object) => object instanceof EventFlag,
);
registerMaker("event-flag", (options: never) => new EventFlag(options));
