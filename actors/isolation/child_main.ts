/**
 * The first module of a child process: opens the carrier, and hosts the actor that
 * is then named.
 *
 * @module
 */

import { Socket } from "node:net";
import { ChildHost } from "./child_host.ts";
import { ignoreInterrupts } from "./_interrupts.ts";
import { DESCRIPTOR } from "./child_process.ts";
import { type ByteStream, StreamCarrier } from "./stream_carrier.ts";

ignoreInterrupts();
const socket = new Socket({ fd: DESCRIPTOR, readable: true, writable: true });
new ChildHost(new StreamCarrier(socket as unknown as ByteStream));
