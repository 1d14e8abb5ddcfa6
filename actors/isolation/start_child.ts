/**
 * What is decided of a process actor where it is started.
 *
 * @module
 */

import { reserveProcesses } from "../../channels/numbers.ts";
import { configuration } from "../configure.ts";
import { LIBRARY_URL, RUNNER_URL } from "../library_url.ts";
import { currentProcess } from "../current_process.ts";
import { PermissionExceededError } from "../permission_errors.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import {
  canUseDescriptor,
  checkMayStart,
  childCommand,
} from "./child_command.ts";
import type { BootSpec, ChildStart } from "./child_protocol.ts";
import { LOOPBACK_HOST } from "./loopback_carrier.ts";
import { mayUse } from "./_thread_rights.ts";

/** How many ids a child process may give to the actors that it starts. */
const IDS = 4096;

/**
 * What a child process begins with. The whole library, since what passes through
 * may be of any of its classes. As data, so that no configuration beside the
 * library is taken for the program's.
 */
function entryOf(main: string): string {
  const urlOf = (path: string) =>
    JSON.stringify(new URL(path, import.meta.url).href);
  // The actor's thread is made first, and loads while the rest does.
  const source = `import ${urlOf("./child_boot.ts")};` +
    `await import(${JSON.stringify(LIBRARY_URL)});` +
    `await import(${urlOf(main)});`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** What must be known of the actor. */
export interface ProcessSpec {
  /** What it is called. */
  readonly name: string;
  /** Its rights. */
  readonly permissions: NormalizedPermissions;
  /** The modules that it may have to load. */
  readonly modules: readonly string[];
  /** The most memory that it may take, in MB. */
  readonly memory: number | undefined;
  /** Whether it is a pool's worker. */
  readonly runsTasks: boolean;
}

/**
 * What the agent of a process actor needs to start its process.
 *
 * @throws {PermissionExceededError} If the caller may not start a process.
 * @throws {Error} If the rights or the configuration cannot be passed on.
 */
export function prepareChild(
  { name, permissions, modules, memory, runsTasks }: ProcessSpec,
): ChildStart {
  checkMayStart(name);
  const isLoopback = Deno.build.os === "windows" || !canUseDescriptor();
  if (isLoopback) checkMayListen(name);
  const { childFlags, mainModule } = configuration();
  const command = childCommand({
    permissions,
    modules,
    memory,
    entry: entryOf(isLoopback ? "./loopback_main.ts" : "./child_main.ts"),
    mainModule,
    childFlags,
  });
  const loaded = runsTasks ? [RUNNER_URL, ...modules] : modules;
  const boot: BootSpec = { permissions, modules: loaded };
  const args = [...command.args, JSON.stringify(boot)];
  const firstId = reserveProcesses(IDS);
  return {
    command: { ...command, args },
    isLoopback,
    modules,
    memory,
    runsTasks,
    firstId,
  };
}

/** The rights of an agent: to start its process, and no others. */
export function agentPermissions(
  { command, isLoopback }: ChildStart,
): NormalizedPermissions {
  const run = [command.file];
  return isLoopback
    ? { run, net: [LOOPBACK_HOST] }
    : { run, env: ["NODE_V8_COVERAGE"] };
}

/**
 * Without the right that Node's `spawn` takes, or on a platform where a child
 * cannot be given a descriptor, the two talk over the loopback network.
 */
function checkMayListen(name: string): void {
  if (mayUse("net", LOOPBACK_HOST)) return;
  throw new PermissionExceededError({
    actor: name,
    kind: "net",
    target: LOOPBACK_HOST,
    holder: currentProcess().name,
  });
}
