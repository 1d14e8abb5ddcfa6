/**
 * What a process actor's agent and the host of its process say to each other.
 *
 * ```text
 *   parent process                              child process
 *   ┌ agent: a thread of the program ┐          ┌ host: the main thread ┐
 *   │ has the actor's slot, mailbox, │ carrier  │ starts the actor,     │
 *   │ record; makes its calls on     │◀────────▶│ passes its calls on   │
 *   │ queues, locks …                │          └──┬────────────────────┘
 *   └────────────────────────────────┘             │ the actor: a thread of it
 * ```
 *
 * To the rest of the program the agent *is* the actor: what the actor holds its
 * thread holds, and when the actor dies, it dies. So nothing that waits for an
 * actor, or is owned by one, has to know that this one is elsewhere.
 *
 * @module
 */

import type { ParentProcess } from "../current_process.ts";
import type { ClassTraits } from "../declaration.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import type { LeaveReason } from "../record.ts";
import type { ChildCommand } from "./child_command.ts";

/** What an agent needs to start a child. */
export interface ChildStart {
  /** What is run. */
  readonly command: ChildCommand;
  /** Whether they talk over the loopback network. */
  readonly isLoopback: boolean;
  /** The modules that the actor may have to load, beside its own. */
  readonly modules: readonly string[];
  /** Whether it runs the tasks of a pool's worker, which the agent then is. */
  readonly runsTasks: boolean;
  /** From where to number the processes that the actor starts. */
  readonly firstId: number;
  /** The most memory it may use, in MB; no limit if undefined. */
  readonly memory: number | undefined;
}

/** What a child process is told by its command line: which thread to make. */
export interface BootSpec {
  /** The rights of that. */
  readonly permissions: NormalizedPermissions;
  /** The modules that it may have to load. */
  readonly modules: readonly string[];
}

/** What a host is told to start the actor. */
export interface HostedStart {
  /** The module and the name of the declaration. */
  readonly module: string;
  /** See `module`. */
  readonly declared: string;
  /** What else it may have to load. */
  readonly modules: readonly string[];
  /** How it deals with messages, if it is a class. */
  readonly traits: ClassTraits | undefined;
  /** Its own handle then, for it to pass on. */
  readonly self: object | undefined;
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** Who it is. */
  readonly name: string;
  /** See `name`. */
  readonly id: number;
  /** See `name`. */
  readonly lineage: string;
  /** Who started it. */
  readonly parent: ParentProcess;
  /** Whether its children are daemons, unless they say otherwise. */
  readonly daemon: boolean;
  /** From where to number the processes that it starts. */
  readonly firstId: number;
  /** The most memory it may use, in MB. */
  readonly memory: number | undefined;
}

/**
 * How an actor ended, as its host saw it, and with which value or error; and what
 * it was about to do, if that was to start or to stop.
 */
export type HostedEnd = [
  reason: LeaveReason,
  code: number,
  outcome: unknown,
  within?: { readonly doing: number; readonly method: string },
];

/** What came of a message: the value, or another word of `Reply`, with its text. */
export type HostedAnswer = [word: number, what: unknown];

/** How a message is to be handled. */
export interface HostedAsk {
  /** How long its sender still waits, in ms; undefined: for ever. */
  readonly timeout: number | undefined;
  /** What its sender is called. */
  readonly sender: string;
}

/** What a host may call of its agent. */
export interface AgentCalls {
  /** The actor has asked for its signal. */
  hears(): void;
  /** The actor takes more memory than it may, and is about to be ended. */
  outOfMemory(used: number): void;
}
