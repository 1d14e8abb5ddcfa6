/**
 * The checks of a supervisor's options, and their defaults.
 *
 * @module
 */

import type { BackoffRules } from "./_backoff.ts";
import type { SupervisionOptions } from "./_supervision.ts";
import type {
  AutoShutdown,
  BackoffOptions,
  ChildOptions,
  LivenessAction,
  LivenessOptions,
  RestartKind,
  ShutdownKind,
  Strategy,
  SuperviseOptions,
  SupervisorOptions,
  WorkerSpec,
} from "./supervisor_options.ts";

const STRATEGIES: readonly Strategy[] = [
  "one-for-one",
  "one-for-all",
  "rest-for-one",
];
const AUTO_SHUTDOWNS: readonly AutoShutdown[] = [
  "never",
  "any-significant",
  "all-significant",
];
const RESTARTS: readonly RestartKind[] = [
  "permanent",
  "transient",
  "temporary",
];
const ACTIONS: readonly LivenessAction[] = [
  "report",
  "terminate",
  "restart",
  "isolate",
];
const ORDERS = ["reverse", "parallel"] as const;

/** How long a child is given to stop, in ms, if nothing else is said. */
const DEFAULT_SHUTDOWN = 5000;

/** The options of a child, as far as they are its own. */
export type CheckedChild =
  & Pick<Required<ChildOptions>, "restart" | "shutdown" | "significant">
  & Pick<WorkerSpec, "startTimeout" | "liveness" | "isolation" | "memory">;

/**
 * Checks the options of a supervisor and fills in the defaults.
 *
 * @throws {TypeError} If one is of a wrong type, or goes not with another.
 * @throws {RangeError} If a number is out of range.
 */
export function checkSupervisor(
  given: SupervisorOptions,
  defaultName: () => string,
): SupervisionOptions {
  const what = "create a supervisor";
  checkObject(what, "options", given);
  const { backoff, ...rest } = given;
  const options = {
    name: given.name ?? defaultName(),
    strategy: rest.strategy ?? "one-for-one",
    maxRestarts: rest.maxRestarts ?? 1,
    within: rest.within ?? 5000,
    backoff: checkBackoff(what, backoff),
    autoShutdown: rest.autoShutdown ?? "never",
    maxChildren: rest.maxChildren ?? Infinity,
    shutdownOrder: rest.shutdownOrder ?? "reverse",
    quarantineAfter: rest.quarantineAfter ?? 2,
    liveness: checkLiveness(what, rest.liveness ?? {}),
  };
  checkName(what, "name", options.name);
  checkChoice(what, "strategy", options.strategy, STRATEGIES);
  checkChoice(what, "autoShutdown", options.autoShutdown, AUTO_SHUTDOWNS);
  checkChoice(what, "shutdownOrder", options.shutdownOrder, ORDERS);
  checkNumber(what, "maxRestarts", options.maxRestarts, 0, { whole: true });
  checkNumber(what, "within", options.within, 0);
  checkNumber(what, "maxChildren", options.maxChildren, 0, { whole: true });
  checkNumber(what, "quarantineAfter", options.quarantineAfter, 1, {
    whole: true,
  });
  const { shutdownOrder, strategy } = options;
  if (shutdownOrder === "parallel" && strategy !== "one-for-one") {
    throw new TypeError(
      `Cannot ${what}: shutdownOrder "parallel" goes with strategy ` +
        `"one-for-one" only, got "${strategy}"`,
    );
  }
  return options;
}

function checkBackoff(
  what: string,
  given: number | BackoffOptions | undefined,
): BackoffRules | undefined {
  if (given === undefined) return undefined;
  const options = typeof given === "number" ? { initial: given } : given;
  checkObject(what, "backoff", options);
  const { initial, max = 30_000, factor = 2, jitter = 0.5 } = options;
  const { quiet = max } = options;
  checkNumber(what, "backoff.initial", initial, 0);
  checkNumber(what, "backoff.max", max, 0);
  checkNumber(what, "backoff.factor", factor, 1);
  checkNumber(what, "backoff.jitter", jitter, 0, { most: 1 });
  checkNumber(what, "backoff.quiet", quiet, 0);
  return { initial, max, factor, jitter, quiet };
}

/**
 * Checks what a child is to be, and fills in the defaults.
 *
 * @param what What cannot be done if it is wrong: `start child "a"`.
 * @throws {TypeError} If an option is of a wrong type, or goes not with another.
 * @throws {RangeError} If a number is out of range.
 */
export function checkChild(
  what: string,
  autoShutdown: AutoShutdown,
  given: ChildOptions | SuperviseOptions,
): CheckedChild {
  checkObject(what, "options", given);
  const options: ChildOptions = given;
  const {
    id,
    name,
    restart = "permanent",
    shutdown = DEFAULT_SHUTDOWN,
    significant = false,
    startTimeout = 10_000,
  } = options;
  if (id !== undefined) checkName(what, "id", id);
  if (name !== undefined) checkName(what, "name", name);
  checkChoice(what, "restart", restart, RESTARTS);
  checkShutdown(what, shutdown);
  checkNumber(what, "startTimeout", startTimeout, 0);
  if (typeof significant !== "boolean") {
    throw new TypeError(
      `Cannot ${what}: significant must be a boolean, got ${show(significant)}`,
    );
  }
  const against = !significant
    ? undefined
    : restart === "permanent"
    ? `restart "permanent", since it never ends for good`
    : autoShutdown === "never"
    ? `a supervisor whose autoShutdown is "never"`
    : undefined;
  if (against !== undefined) {
    throw new TypeError(
      `Cannot ${what}: significant does not go with ${against}`,
    );
  }
  const liveness = options.liveness === undefined
    ? undefined
    : checkLiveness(what, options.liveness);
  const { isolation, memory } = options;
  const rules = { restart, shutdown, significant, startTimeout, liveness };
  return { ...rules, isolation, memory };
}

function checkLiveness(
  what: string,
  given: LivenessOptions | false,
): Required<LivenessOptions> | false {
  if (given === false) return false;
  checkObject(what, "liveness", given);
  const { allowance = 5000, action = "report" } = given;
  checkNumber(what, "liveness.allowance", allowance, 1);
  checkChoice(what, "liveness.action", action, ACTIONS);
  return { allowance, action };
}

function checkShutdown(what: string, shutdown: ShutdownKind): void {
  if (shutdown === "brutal") return;
  if (typeof shutdown !== "number") {
    throw new TypeError(
      `Cannot ${what}: shutdown must be a number of milliseconds or ` +
        `"brutal", got ${show(shutdown)}`,
    );
  }
  checkNumber(what, "shutdown", shutdown, 0);
}

function checkObject(what: string, name: string, given: unknown): void {
  if (typeof given === "object" && given !== null) return;
  throw new TypeError(
    `Cannot ${what}: ${name} must be an object, got ${show(given)}`,
  );
}

function checkName(what: string, name: string, given: unknown): void {
  if (typeof given === "string" && given !== "") return;
  throw new TypeError(
    `Cannot ${what}: ${name} must be a text that is not empty, got ` +
      show(given),
  );
}

function checkChoice(
  what: string,
  name: string,
  given: unknown,
  choices: readonly string[],
): void {
  if (choices.includes(given as string)) return;
  throw new TypeError(
    `Cannot ${what}: ${name} must be one of ${
      choices.map((one) => `"${one}"`).join(", ")
    }, got ${show(given)}`,
  );
}

function checkNumber(
  what: string,
  name: string,
  given: unknown,
  least: number,
  { most = Infinity, whole = false }: { most?: number; whole?: boolean } = {},
): void {
  if (typeof given !== "number") {
    throw new TypeError(
      `Cannot ${what}: ${name} must be a number, got ${show(given)}`,
    );
  }
  const isIn = given >= least && given <= most;
  if (isIn && (!whole || Number.isInteger(given) || given === Infinity)) return;
  throw new RangeError(
    `Cannot ${what}: ${name} must be ${
      whole ? "a whole number" : "a number"
    } ` +
      (most === Infinity ? `>= ${least}` : `from ${least} to ${most}`) +
      `, got ${given}`,
  );
}

function show(given: unknown): string {
  return typeof given === "string"
    ? JSON.stringify(given)
    : given === null
    ? "null"
    : typeof given;
}
