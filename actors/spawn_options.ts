/**
 * The options of starting and stopping an actor.
 *
 * @module
 */

import type { IsolationOptions } from "./isolation_options.ts";
import type { Permissions } from "./permissions.ts";

/** How an actor is started. */
export interface SpawnOptions extends IsolationOptions {
  /**
   * What the process is called, here and inside. It need not be unique.
   * `Process-1`, `Process-2`… by default, `Process-5:1` for a child's child.
   */
  name?: string;
  /**
   * The rights of this one process: at most those of the declaration, which
   * they are by default.
   */
  permissions?: Permissions;
  /**
   * Whether it does not keep the program alive, and is ended with it. By
   * default as the process that creates it: `false` in the program itself.
   */
  daemon?: boolean;
}

/** How a process is asked to stop. */
export interface StopOptions {
  /**
   * The time it has to end by itself, in ms. By default 5,000 if the actor has
   * asked for its `signal`; 0 if it has not, since it cannot know then.
   */
  grace?: number;
}
