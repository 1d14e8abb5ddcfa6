/**
 * What is decided of a process actor where it is started.
 *
 * @module
 */

import { reserveProcesses } from "../../channels/numbers.ts";
import { configuration } from "../configure.ts";
import { LIBRARY_URL } from "../library_url.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { checkMayStart, childCommand } from "./child_command.ts";
import type { ChildStart } from "./child_protocol.ts";

/** How many ids a child process may give to the actors that it starts. */
const IDS = 4096;

/**
 * What a child process begins with. The whole library, since what passes through
 * may be of any of its classes. As data, so that no configuration beside the
 * library is taken for the program's.
 */
const ENTRY = `data:text/javascript,${
  encodeURIComponent(
    [LIBRARY_URL, new URL("./child_main.ts", import.meta.url).href]
      .map((url) => `import ${JSON.stringify(url)};`).join(" "),
  )
}`;

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
  const { childFlags, mainModule } = configuration();
  const command = childCommand({
    permissions,
    modules,
    memory,
    entry: ENTRY,
    mainModule,
    childFlags,
  });
  const firstId = reserveProcesses(IDS);
  return { command, modules, memory, runsTasks, firstId };
}

/** The rights of an agent: to start its process, and no others. */
export function agentPermissions(
  { command }: ChildStart,
): NormalizedPermissions {
  return { run: [command.file], env: ["NODE_V8_COVERAGE"] };
}
