/**
 * What a child is made of, for each kind of child there is.
 *
 * @module
 */

import { configuration } from "../configure.ts";
import { checkIsolation } from "../isolation_options.ts";
import { checkChild } from "./_check_options.ts";
import { FunctionChild, NestedHandle } from "./_child_handles.ts";
import { ClassChildHandle } from "./_class_child_handle.ts";
import { ClassOrigin } from "./_class_origin.ts";
import { declarationOf } from "../declaration.ts";
import { FunctionOrigin } from "./_incarnation.ts";
import { NestedOrigin } from "./_nested.ts";
import type { ClassActor, FunctionActor } from "../process.ts";
import type { MakeChild } from "./_supervised_child.ts";
import type { Supervision } from "./_supervision.ts";
import type {
  ChildOptions,
  SuperviseOptions,
  WorkerSpec,
} from "./supervisor_options.ts";

/**
 * A child that is an actor: a function or a class.
 *
 * @throws {TypeError} If the actor is none, or an option is of a wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function workerChild<A extends readonly unknown[]>(
  above: Supervision,
  actor: FunctionActor<A, unknown> | ClassActor<A, unknown>,
  args: A | undefined,
  options: ChildOptions,
): MakeChild {
  const { name: declared, module, traits, isolation } = declarationOf(actor);
  const what = `start child ${
    JSON.stringify(options?.id ?? declared)
  } of supervisor "${above.options.name}"`;
  const checked = checkChild(what, above.options.autoShutdown, options);
  checkIsolation(options, what, isolation ?? configuration().isolation);
  if (args !== undefined && !Array.isArray(args)) {
    throw new TypeError(
      `Cannot ${what}: args must be an array: [1, 2] for f(1, 2)`,
    );
  }
  const { quarantineAfter } = above.options;
  // A copy, since each restart sends them again, as they were.
  const kept = [...args ?? []] as readonly unknown[] as A;
  return (isTaken) => {
    const id = options.id ?? freeId(declared, isTaken);
    const spec: WorkerSpec = {
      kind: "worker",
      id,
      actor: declared,
      module,
      args: kept,
      name: options.name ?? id,
      permissions: options.permissions,
      ...checked,
    };
    if (traits !== undefined) {
      const origin = new ClassOrigin(
        actor as ClassActor<A, unknown>,
        kept,
        spec,
        { quarantineAfter, setAside: (message) => above.setAside(message) },
      );
      return {
        spec,
        origin,
        makeHandle: (child) => new ClassChildHandle(child, origin),
      };
    }
    // One that has never asked for its signal cannot know that it should stop:
    // only where its user says how long is it waited for all the same.
    const grace = options.shutdown === undefined ? undefined : spec.shutdown;
    const origin = new FunctionOrigin(
      actor as FunctionActor<A, unknown>,
      kept,
      spec,
      grace,
    );
    return {
      spec,
      origin,
      makeHandle: (child) => new FunctionChild(child, origin),
    };
  };
}

/**
 * A child that is a supervisor.
 *
 * @throws {TypeError} If an option is of a wrong type.
 */
export function nestedChild(
  above: Supervision,
  supervision: Supervision,
  options: SuperviseOptions,
): MakeChild {
  const { name } = supervision.options;
  const what = `supervise supervisor "${name}"`;
  const { restart, significant } = checkChild(
    what,
    above.options.autoShutdown,
    options,
  );
  const id = options.id ?? name;
  const stop = async () => {
    // It may have been removed, or what is above may have ended with it.
    if (!above.life.isAlive || above.children.get(id) === undefined) return;
    await above.terminate(id);
  };
  const origin = new NestedOrigin(supervision, { life: above.life, stop });
  return () => ({
    spec: {
      kind: "supervisor",
      id,
      name,
      restart,
      shutdown: Infinity,
      significant,
    },
    origin,
    makeHandle: (child) => new NestedHandle(child),
  });
}

function freeId(base: string, isTaken: (id: string) => boolean): string {
  let n = 1;
  while (isTaken(`${base}-${n}`)) n++;
  return `${base}-${n}`;
}
