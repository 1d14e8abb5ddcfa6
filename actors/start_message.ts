/**
 * What an actor's thread is told at its start.
 *
 * @module
 */

import type { ChildStart } from "./isolation/child_protocol.ts";
import type { Configured } from "./configure.ts";
import type { PackedHandle } from "../channels/handle.ts";
import type { PackedAddress } from "./address.ts";
import type { ParentProcess } from "./current_process.ts";
import type { ClassTraits } from "./declaration.ts";
import type { NormalizedPermissions } from "./permissions.ts";

/** What an actor that is a class is told besides. */
export interface ServeStart {
  /** Where its messages come from. */
  readonly address: PackedAddress;
  /** How it deals with them. */
  readonly traits: ClassTraits;
  /** The how-manieth to take from there it is. */
  readonly incarnation: number;
  /** The first who may ask: the one who starts it. */
  readonly client: {
    readonly thread: number;
    readonly name: string;
    readonly replies: SharedArrayBuffer;
  };
  /** Where it keeps the message in hand, if that is to survive it. */
  readonly keeper?: SharedArrayBuffer | undefined;
  /** The message that the last incarnation had in hand. */
  readonly again?: Uint8Array<ArrayBuffer> | undefined;
}

/** The one message that is posted to an actor's worker. */
export interface StartMessage {
  /** The control port: the actor's own line to its parent. */
  readonly port: MessagePort;
  /** The actor's way to the broker. */
  readonly broker: MessagePort;
  /** Its way to the registry, where actors are found by name. */
  readonly registry: SharedArrayBuffer;
  /** What tells the locks of this program from others'. */
  readonly program: string;
  /** The lock to hold while the thread exists. */
  readonly lock: string;
  /** The program's thread table, and the thread's id in it. */
  readonly table: SharedArrayBuffer;
  /** See `table`. */
  readonly thread: number;
  /** The program's table of shapes. */
  readonly shapes: SharedArrayBuffer;
  /** The id of the thread that starts it. */
  readonly parentThread: number;
  /** The actor's record. */
  readonly record: SharedArrayBuffer;
  /** The module and the name of the declaration. */
  readonly module: string;
  /** See `module`. */
  readonly declared: string;
  /** The arguments, encoded, and what goes beside them. */
  readonly args: Uint8Array<ArrayBuffer>;
  /** See `args`. */
  readonly beside: readonly unknown[];
  /** Who the actor is. */
  readonly name: string;
  /** See `name`. */
  readonly id: number;
  /** See `name`. */
  readonly lineage: string;
  /** See `name`. */
  readonly daemon: boolean;
  /** Its rights, for its own handle only: the platform sees to them. */
  readonly permissions: NormalizedPermissions;
  /** For an actor in a process of its own, whose agent the thread is. */
  readonly child?: ChildStart | undefined;
  /** What is configured for what it starts. */
  readonly configured: Configured;
  /** In a child process: the actor's own handle at home, if it is a class. */
  readonly self?: PackedHandle | undefined;
  /** In a child process: whether it is the one actor that this is for. */
  readonly isHosted?: boolean;
  /** In a child process: the way to its main thread, and by that home. */
  readonly home?: SharedArrayBuffer | undefined;
  /** For an actor that is a class. */
  readonly serve?: ServeStart | undefined;
  /** Who started it. */
  readonly parent: ParentProcess;
}
