/**
 * The first module of a child process: opens the carrier, and hosts the actor that
 * is then named.
 *
 * @module
 */

import { Socket } from "node:net";
import { ChildHost } from "./child_host.ts";
import { DESCRIPTOR } from "./child_process.ts";
import { type ByteStream, StreamCarrier } from "./stream_carrier.ts";

// Who types Ctrl+C means the program, which then decides what becomes of its
// actors; the terminal sends the signal to them all.
try {
  Deno.addSignalListener("SIGINT", () => {});
} catch {
  // Not on this platform.
}

const socket = new Socket({ fd: DESCRIPTOR, readable: true, writable: true });
new ChildHost(new StreamCarrier(socket as unknown as ByteStream));
