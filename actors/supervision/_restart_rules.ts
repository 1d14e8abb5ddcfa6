/**
 * What a supervisor does after the end of a child: OTP's rules, as functions
 * from plain data to plain data. Nothing is started, stopped or timed here.
 *
 * ```text
 *                      normal     abnormal    denied
 *   permanent          restart    restart     keep
 *   transient          keep       restart     keep
 *   temporary          forget     forget      forget
 *
 *   children, in start order:     a    b    c*   d    e        (* = ended)
 *   one-for-one   stops  –                      starts c
 *   rest-for-one  stops  e d                    starts c d e
 *   one-for-all   stops  e d b a                starts a b c d e
 * ```
 *
 * Who is stopped for another's sake and is temporary is forgotten. All others
 * of the group start, also those that were down before: that is what OTP does
 * with a child that had been stopped by hand. Only who was denied a right stays
 * down, since trying again cannot help.
 *
 * @module
 */

import type { ChildState } from "./child.ts";
import type { ChildExit } from "./supervisor_exit.ts";
import type {
  AutoShutdown,
  RestartKind,
  Strategy,
} from "./supervisor_options.ts";

/** What the rules know of a child. */
export interface RuleChild {
  /** Its id. */
  readonly id: string;
  /** When it is restarted. */
  readonly restart: RestartKind;
  /** Whether the supervisor may end with it. */
  readonly significant: boolean;
  /** What it does. */
  readonly state: ChildState;
}

/** How a child ended, as far as the rules care. */
export type Ending = "normal" | "abnormal" | "denied";

/** What becomes of a child after its own end. */
export type Handling = "restart" | "keep" | "forget";

/**
 * Tells the kinds of ends apart. A supervisor's end is always a normal one, as
 * in OTP, where it exits with `shutdown` also when it gives up.
 */
export function endingOf(exit: ChildExit): Ending {
  switch (exit.reason) {
    case "returned":
    case "shutDown":
    case "autoShutdown":
    case "gaveUp":
      return "normal";
    case "exited":
      return exit.code === 0 ? "normal" : "abnormal";
    case "denied":
      return "denied";
    default:
      return "abnormal";
  }
}

/** What becomes of a child that ended by itself. */
export function handlingOf(restart: RestartKind, ending: Ending): Handling {
  if (restart === "temporary") return "forget";
  if (ending === "denied") return "keep";
  return restart === "permanent" || ending === "abnormal" ? "restart" : "keep";
}

/** Who is stopped, who is then forgotten, and who is then started. */
export interface RestartPlan {
  /** Those to stop, in this order; none of them is down. */
  readonly stop: readonly string[];
  /** Those whose specification goes, since they are temporary. */
  readonly forget: readonly string[];
  /** Those to start, in this order; the one that ended is among them. */
  readonly start: readonly string[];
}

/**
 * Who must be stopped and started for the restart of the child `id`.
 *
 * @param children All of them, in start order.
 */
export function planRestart(
  strategy: Strategy,
  children: readonly RuleChild[],
  id: string,
): RestartPlan {
  const at = children.findIndex((child) => child.id === id);
  const group = strategy === "one-for-one"
    ? children.slice(at, at + 1)
    : strategy === "rest-for-one"
    ? children.slice(at)
    : children;
  const others = group.filter((child) => child.id !== id);
  const lasting = group.filter((child) =>
    child.id === id ||
    child.restart !== "temporary" && child.state !== "denied"
  );
  return {
    stop: ids(others.filter(({ state }) => state === "running")).reverse(),
    forget: ids(others.filter(({ restart }) => restart === "temporary")),
    start: ids(lasting),
  };
}

/** Those a supervisor starts when it is itself started again, in this order. */
export function planRevival(children: readonly RuleChild[]): string[] {
  return ids(children.filter(({ state }) => state !== "denied"));
}

function ids(children: readonly RuleChild[]): string[] {
  return children.map(({ id }) => id);
}

/**
 * Whether a supervisor ends because a child did so by itself, for good.
 *
 * @param children Those that are left, without the one that ended.
 */
export function isShutdownDue(
  autoShutdown: AutoShutdown,
  ended: { readonly significant: boolean },
  children: readonly RuleChild[],
): boolean {
  if (!ended.significant || autoShutdown === "never") return false;
  return autoShutdown === "any-significant" ||
    !children.some(({ significant, state }) =>
      significant && (state === "running" || state === "restarting")
    );
}

/** How many restarts are too many. */
export interface Intensity {
  /** The most restarts within the time. */
  readonly maxRestarts: number;
  /** The time, in ms. */
  readonly within: number;
}

/** Restarts that still count. */
export interface RestartCount {
  /** When they were, oldest first. */
  readonly times: readonly number[];
  /** Whether they are too many. */
  readonly exceeded: boolean;
}

/**
 * Counts one more restart, in a window that slides: one that is older than the
 * time no longer counts.
 *
 * @param times The restarts before, oldest first.
 */
export function countRestart(
  times: readonly number[],
  now: number,
  { maxRestarts, within }: Intensity,
): RestartCount {
  // Nothing can exceed it: keep nothing.
  if (maxRestarts === Infinity) return { times: [], exceeded: false };
  const counting = [...times.filter((time) => now - time <= within), now];
  return { times: counting, exceeded: counting.length > maxRestarts };
}
