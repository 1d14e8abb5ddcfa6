/**
 * What a child process does first: it makes the actor's thread, which takes as
 * long to load as the rest of the process.
 *
 * @module
 */

import { HOSTED_URL } from "../library_url.ts";
import { prepareWorker } from "../spares.ts";
import type { BootSpec } from "./child_protocol.ts";

const { permissions, modules }: BootSpec = JSON.parse(Deno.args[0]!);
prepareWorker({ host: HOSTED_URL, permissions, modules, name: "" });
