/**
 * Round trips over plain message ports.
 *
 * @module
 */

import type { Port } from "./raw_ports.ts";
import { type Asker, askerBy, checkAnswer, restAwaiting } from "./trip_work.ts";

/** The side that asks. */
export function portAsker(port: Port): Asker {
  const burst = (trips: number) =>
    new Promise<void>((resolve, reject) => {
      let asked = 0;
      port.onmessage = ({ data }) => {
        try {
          checkAnswer(data, asked);
        } catch (error) {
          reject(error);
        }
        if (++asked === trips) resolve();
        else port.postMessage(asked);
      };
      port.postMessage(asked);
    });
  return askerBy(burst, restAwaiting);
}

/** The side that answers. */
export function portAnswerer(port: Port): void {
  port.onmessage = ({ data }) => port.postMessage(data);
}
