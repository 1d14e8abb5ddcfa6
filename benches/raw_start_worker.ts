/**
 * The module of plain workers that are started to say one thing.
 *
 * @module
 */

import type { Port } from "./raw_ports.ts";

const own = globalThis as unknown as Port & { readonly name: string };

own.onmessage = ({ data: id }: MessageEvent<number>) =>
  own.postMessage({ id, name: own.name, square: id * id });
