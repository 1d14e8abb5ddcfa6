/**
 * The module of workers that comlink serves.
 *
 * @module
 */

import { comlink } from "./comlink.ts";
import type { Port } from "./raw_ports.ts";

comlink!.expose({ echo: (item: unknown) => item });
(globalThis as unknown as Port).postMessage("ready");
