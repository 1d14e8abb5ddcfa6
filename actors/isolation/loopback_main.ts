/**
 * As `child_main.ts`, for a child that could not be given a descriptor.
 *
 * @module
 */

import { ChildHost } from "./child_host.ts";
import { ignoreInterrupts } from "./_interrupts.ts";
import { loopbackToAgent } from "./loopback_carrier.ts";
import { StreamCarrier } from "./stream_carrier.ts";

ignoreInterrupts();
new ChildHost(new StreamCarrier(loopbackToAgent()));
