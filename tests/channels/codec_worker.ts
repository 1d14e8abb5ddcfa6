/**
 * A thread that encodes and decodes, as a test sees it.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import {
  claimThread,
  releaseThread,
  threadTable,
} from "../../channels/threads.ts";
import type { Request } from "./codec_thread.ts";

/** An answer that takes longer does not come, in ms. */
const SOON = 20_000;

/** Another thread that encodes and decodes. */
export class CodecThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #id = claimThread();

  constructor(shapes: SharedArrayBuffer) {
    const url = new URL("./codec_thread.ts", import.meta.url);
    this.#worker = new Worker(url, { type: "module", name: "codec" });
    this.#worker.postMessage({
      threads: threadTable(),
      shapes,
      thread: this.#id,
    });
  }

  ask<T>(request: Request): Promise<T> {
    const answer = Promise.withResolvers<T>();
    this.#worker.onmessage = ({ data }) => answer.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      answer.reject(new Error(event.message));
    };
    this.#worker.postMessage(request);
    return deadline(answer.promise, SOON);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
    releaseThread(this.#id);
    return Promise.resolve();
  }
}
