/**
 * Receiving from a message port without waiting for a turn of the event loop.
 *
 * @module
 */

interface WorkerThreads {
  receiveMessageOnPort(port: MessagePort): { message: unknown } | undefined;
}

let receive: WorkerThreads["receiveMessageOnPort"] | undefined;

/**
 * Takes the oldest message of a port that nobody listens to.
 *
 * The platform's one call for it is Node's, whose module takes some 5 ms to
 * load: so it is loaded when it is needed first, and at once, since a thread
 * that blocks may need it.
 *
 * @returns The message, or `undefined` if there is none.
 */
export function receiveNow(port: MessagePort): unknown {
  receive ??= load();
  return receive(port)?.message;
}

function load(): WorkerThreads["receiveMessageOnPort"] {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: string): WorkerThreads };
  };
  return process.getBuiltinModule("node:worker_threads").receiveMessageOnPort;
}
