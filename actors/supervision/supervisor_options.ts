/**
 * The options of a supervisor and of its children.
 *
 * @module
 */

import type { IsolationOptions } from "../isolation_options.ts";
import type { Permissions } from "../permissions.ts";
import type { ClassActor, FunctionActor } from "../process.ts";

/**
 * Who is restarted when a child ends: that one alone; all of them; or that one
 * and those started after it.
 */
export type Strategy = "one-for-one" | "one-for-all" | "rest-for-one";

/**
 * When a child is restarted: after any end; after an abnormal one; never.
 *
 * An end is normal if the function returned or exited with code 0. After
 * `"denied"` no child is restarted, since trying again cannot help.
 */
export type RestartKind = "permanent" | "transient" | "temporary";

/**
 * Whether a supervisor ends by itself with its significant children: never; as
 * soon as one of them has ended for good; when the last of them has.
 */
export type AutoShutdown = "never" | "any-significant" | "all-significant";

/**
 * How a child is stopped: asked, and terminated if it has not ended after so
 * many ms (`Infinity` waits); or terminated at once.
 */
export type ShutdownKind = number | "brutal";

/** How restarts are delayed that follow each other too soon. */
export interface BackoffOptions {
  /** The delay before the second restart in a row, in ms. */
  initial: number;
  /** The longest delay, in ms; by default 30,000. */
  max?: number;
  /** What each further delay is multiplied by; by default 2. */
  factor?: number;
  /**
   * How much of a delay is left to chance, from 0 to 1, so that many children
   * do not come back at one moment; by default 0.5.
   */
  jitter?: number;
  /**
   * How long a child must have run for its end to be a new beginning, in ms; by
   * default as `max`.
   */
  quiet?: number;
}

/**
 * What is done about a child whose event loop is blocked: it is reported as an
 * event; reported and terminated, and stays down; or reported, terminated, and
 * restarted as after any abnormal end.
 */
export type LivenessAction = "report" | "terminate" | "restart" | "isolate";

/** How children are watched for a blocked event loop. */
export interface LivenessOptions {
  /**
   * How long a child may compute without coming back to its event loop, in ms;
   * by default 5,000. Reported no later than half of that after. A long
   * `await` and a wait in a channel are no such thing.
   */
  allowance?: number;
  /**
   * What is done about it; by default `"report"`. `"isolate"` restarts it in a
   * process of its own, where the next such hang can be ended for good: the
   * thread of this one cannot be stopped, and burns its core.
   */
  action?: LivenessAction;
}

/** The options of a supervisor. */
export interface SupervisorOptions {
  /** What it is called; `Supervisor-1`, `Supervisor-2`… by default. */
  name?: string;
  /** Who is restarted when a child ends; by default `"one-for-one"`. */
  strategy?: Strategy;
  /**
   * The most restarts `within` the time; with one more the supervisor gives up.
   * By default 1; `Infinity` never gives up. One restart of a whole group counts
   * as one.
   */
  maxRestarts?: number;
  /** See `maxRestarts`; in ms, by default 5,000. */
  within?: number;
  /**
   * Delays the restart of a child that ends again and again: the options, or the
   * first delay in ms. By default there is no delay.
   */
  backoff?: number | BackoffOptions;
  /** Whether it ends with its significant children; by default `"never"`. */
  autoShutdown?: AutoShutdown;
  /** The most children it takes; by default there is no limit. */
  maxChildren?: number;
  /**
   * At how many deaths of a class actor a message must have been in hand to be
   * set aside; by default 2. 1 tries none again; with `Infinity` none is set
   * aside. The restart after that does not count.
   */
  quarantineAfter?: number;
  /**
   * How its class actors are watched for a blocked event loop; by default a
   * block of 5,000 ms is reported. `false` watches none. Functions are watched
   * only where their own option says so, since to compute for long is what many
   * of them are for.
   */
  liveness?: LivenessOptions | false;
  /**
   * In which order it stops its children when it ends: one after another from
   * the last to the first, which is the default; or all of them at once, for
   * many that do not need each other. That goes with `"one-for-one"` only.
   */
  shutdownOrder?: "reverse" | "parallel";
}

/** The options of a child that is a supervisor. */
export interface SuperviseOptions {
  /** Its id; its name by default. */
  id?: string;
  /**
   * When it is restarted; by default `"permanent"`. As in OTP each of its ends
   * is a normal one, giving up too: a transient one is not restarted.
   */
  restart?: RestartKind;
  /** Whether the supervisor may end with it; by default `false`. */
  significant?: boolean;
}

/** The options of a child that is an actor. */
export interface ChildOptions extends IsolationOptions {
  /** Its id; by default the name of its actor and a number: `load-1`. */
  id?: string;
  /** What its processes are called; by default as its id. */
  name?: string;
  /** Its rights: at most those of its declaration, which they are by default. */
  permissions?: Permissions;
  /** When it is restarted; by default `"permanent"`. */
  restart?: RestartKind;
  /**
   * How it is stopped; by default `5000`. With the default, one that has never
   * asked for its `signal` is terminated at once, since it cannot know.
   */
  shutdown?: ShutdownKind;
  /**
   * Whether the supervisor may end with it, see `autoShutdown`; by default
   * `false`. Not for permanent children, which never end for good.
   */
  significant?: boolean;
  /**
   * The longest time it may take to start, in ms; by default 10,000. After that
   * it is terminated, and the start has failed with a `TimeoutError`.
   */
  startTimeout?: number;
  /** How it is watched; by default as its supervisor says. */
  liveness?: LivenessOptions | false;
}

/** How a supervisor is shut down. */
export interface ShutdownOptions {
  /**
   * The time for all children together, in ms: who has not ended by then is
   * terminated. By default each child has the time of its own `shutdown`.
   */
  deadline?: number;
}

/**
 * The type of what `Supervisor.spawn` takes after the actor: its arguments,
 * where it has any, and options.
 */
export type ChildParameters<A extends readonly unknown[]> = [] extends A
  ? [args?: A, options?: ChildOptions]
  : [args: A, options?: ChildOptions];

/** Any actor: of a function or of a class. */
export type AnyActor =
  | FunctionActor<never, unknown>
  | ClassActor<never, unknown>;

/** The arguments of an actor as a field, which may be missing if it takes none. */
export type ArgsField<F> = F extends
  ClassActor<infer A, infer _I> | FunctionActor<infer A, infer _I>
  ? [] extends A ? { args?: A } : { args: A }
  : never;

/**
 * A child of a list: an actor, its arguments where it takes any, and options.
 *
 * @typeParam F The type of the actor.
 */
export type ChildDefinition<F> = ChildOptions & { actor: F } & ArgsField<F>;

/** A list of children, one for each actor. */
export type DefinitionList<L extends readonly AnyActor[]> = {
  [K in keyof L]: ChildDefinition<L[K]>;
};

/** What a child that is an actor was specified to be, defaults filled in. */
export interface WorkerSpec {
  /** Whether it is an actor or a supervisor. */
  readonly kind: "worker";
  /** See {@linkcode ChildOptions.id}. */
  readonly id: string;
  /** The name its actor was declared under. */
  readonly actor: string;
  /** The module that declares the actor. */
  readonly module: string;
  /** The arguments, which each start sends again. */
  readonly args: readonly unknown[];
  /** See {@linkcode ChildOptions.name}. */
  readonly name: string;
  /** See {@linkcode ChildOptions.permissions}; undefined: as declared. */
  readonly permissions: Permissions | undefined;
  /** See {@linkcode ChildOptions.isolation}; undefined: as declared. */
  readonly isolation: "thread" | "process" | undefined;
  /** See {@linkcode ChildOptions.memory}; undefined: as declared. */
  readonly memory: number | undefined;
  /** See {@linkcode ChildOptions.restart}. */
  readonly restart: RestartKind;
  /** See {@linkcode ChildOptions.shutdown}. */
  readonly shutdown: ShutdownKind;
  /** See {@linkcode ChildOptions.significant}. */
  readonly significant: boolean;
  /** See {@linkcode ChildOptions.startTimeout}. */
  readonly startTimeout: number;
  /** See {@linkcode ChildOptions.liveness}; `undefined`: as its supervisor. */
  readonly liveness: Required<LivenessOptions> | false | undefined;
}

/** What a child that is a supervisor was specified to be, defaults filled in. */
export interface NestedSpec {
  /** Whether it is an actor or a supervisor. */
  readonly kind: "supervisor";
  /** See {@linkcode SuperviseOptions.id}. */
  readonly id: string;
  /** The supervisor's name. */
  readonly name: string;
  /** See {@linkcode SuperviseOptions.restart}. */
  readonly restart: RestartKind;
  /** A supervisor is given all the time it needs. */
  readonly shutdown: ShutdownKind;
  /** See {@linkcode SuperviseOptions.significant}. */
  readonly significant: boolean;
}

/** What a child was specified to be, with the defaults filled in. */
export type ChildSpec = WorkerSpec | NestedSpec;
