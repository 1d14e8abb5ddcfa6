/**
 * A plain worker that answers, and loads nothing at all.
 *
 * @module
 */

import type { Port } from "./raw_ports.ts";

const own = globalThis as unknown as Port;

own.onmessage = ({ data }) => own.postMessage(data);
