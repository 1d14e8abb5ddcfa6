/**
 * What a thread is started with, and what it is told.
 *
 * @module
 */

import { introduceToBroker } from "../channels/broker.ts";
import { packAll, type PackedHandle } from "../channels/handle.ts";
import { homeMemory } from "../channels/home.ts";
import { shapeTable } from "../channels/shapes.ts";
import { ownThread, threadTable } from "../channels/threads.ts";
import { configuration } from "./configure.ts";
import { currentProcess, type ParentProcess } from "./current_process.ts";
import type { Declaration } from "./declaration.ts";
import { HOST_URL } from "./host.ts";
import type { ChildStart } from "./isolation/child_protocol.ts";
import { agentPermissions } from "./isolation/start_child.ts";
import { HOSTED_URL, LIBRARY_URL } from "./library_url.ts";
import type { NormalizedPermissions } from "./permissions.ts";
import { registryMemory } from "./_registry_line.ts";
import type { WorkerSpec } from "./spares.ts";
import type { ServeStart, StartMessage } from "./start_message.ts";
import { lockName, programName } from "./_web_locks.ts";

/** What runs an agent, and an actor in a child process. */
const AGENT_URL = new URL("./isolation/agent_main.ts", import.meta.url).href;
const EARLY_URL = new URL("./isolation/agent_early.ts", import.meta.url).href;

/** What a thread is started with. */
export interface ThreadSpec {
  /** What it runs. */
  readonly declaration: Pick<Declaration, "name" | "module">;
  /** What else it may have to load. */
  readonly modules: readonly string[];
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** Who it is. */
  readonly name: string;
  /** See `name`. */
  readonly id: number;
  /** See `name`. */
  readonly lineage: string;
  /** Whether it does not keep the program alive. */
  readonly daemon: boolean;
  /** The stack of the call that starts it. */
  readonly startedAt: string;
  /** Who started it, if not this thread's process. */
  readonly parent?: ParentProcess | undefined;
  /** For an actor in a process of its own. */
  readonly child?: ChildStart | undefined;
  /** Its own handle, if that is at home. */
  readonly self?: PackedHandle | undefined;
  /** The way to its home, if that is not this thread's. */
  readonly home?: SharedArrayBuffer | undefined;
  /** The arguments, encoded, and what goes beside them. */
  readonly args: Uint8Array<ArrayBuffer>;
  /** See `args`. */
  readonly beside: readonly object[];
  /** What an actor that is a class is told besides, given the thread's id. */
  readonly serve: (thread: number) => ServeStart | undefined;
}

/** The worker that is needed. */
export function workerOf(spec: ThreadSpec): WorkerSpec {
  const { declaration, name, permissions, child } = spec;
  if (child !== undefined) {
    const modules = [LIBRARY_URL];
    const permissions = agentPermissions(child);
    const early = EARLY_URL;
    return { host: AGENT_URL, early, child, modules, permissions, name };
  }
  const host = homeOf(spec) === undefined ? HOST_URL : HOSTED_URL;
  const modules = [declaration.module, ...spec.modules];
  return { host, modules, permissions, name };
}

/** The way to its home of what is started, if it has one. */
function homeOf({ home }: ThreadSpec): SharedArrayBuffer | undefined {
  return home ?? homeMemory();
}

/** What the thread is told, and what of that is moved. */
export function startOf(
  spec: ThreadSpec,
  thread: number,
  record: SharedArrayBuffer,
  port: MessagePort,
): [start: StartMessage, moved: Transferable[]] {
  const { declaration, name, id, lineage, daemon, args, beside } = spec;
  const self = currentProcess();
  const broker = introduceToBroker(thread);
  const moved: Transferable[] = [port, broker, args.buffer];
  const start: StartMessage = {
    port,
    broker,
    registry: registryMemory(),
    program: programName(),
    lock: lockName(thread),
    table: threadTable(),
    thread: thread,
    shapes: shapeTable(),
    parentThread: ownThread(),
    record: record,
    module: declaration.module,
    declared: declaration.name,
    args,
    beside: packAll(beside, thread, moved),
    serve: spec.serve(thread),
    permissions: spec.permissions,
    name,
    id,
    lineage,
    daemon,
    parent: spec.parent ?? { name: self.name, id: self.id },
    child: spec.child,
    self: spec.self,
    configured: configuration(),
    home: homeOf(spec),
    isHosted: spec.home !== undefined,
  };
  return [start, moved];
}
