/**
 * Peers that are programs of their own: found on the path, started for a case,
 * and given their orders line by line.
 *
 * @module
 */

import type { Contender, Runner } from "./contender.ts";

/** Milliseconds a peer has to end by itself. */
const GRACE = 5000;

/** How a peer is called. */
export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: URL | string;
  readonly env?: Record<string, string>;
}

/**
 * Looks for a peer.
 *
 * @returns What it prints, if it is there and works.
 */
export async function findPeer(
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A peer at work: a line of JSON in, a line out. */
export class PeerProcess {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  #rest = "";

  constructor({ command, args, cwd, env }: PeerCommand) {
    this.#name = command;
    this.#child = new Deno.Command(command, {
      args: [...args],
      cwd,
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.getReader();
  }

  /** Sends an order and reads the answer. */
  async ask<T>(order: unknown): Promise<T> {
    const line = JSON.stringify(order) + "\n";
    await this.#writer.write(new TextEncoder().encode(line));
    while (!this.#rest.includes("\n")) {
      const { value } = await this.#lines.read();
      if (value === undefined) throw new Error(`${this.#name} ended too early`);
      this.#rest += new TextDecoder().decode(value);
    }
    const [answer, ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return JSON.parse(answer!);
  }

  /** Lets it end, and ends it if it does not. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill(), GRACE);
    await this.#writer.close();
    await this.#lines.cancel();
    await this.#child.status;
    clearTimeout(timer);
  }
}

/** A contender whose work a peer does. */
export interface PeerContender {
  readonly name: string;
  /** Why it cannot take part. */
  readonly missing: string | undefined;
  readonly call: PeerCommand;
  /** Whether each run is by a program that has just been started. */
  readonly isFresh?: boolean;
  /** Does the work `count` times: how long it took, in ms. */
  run(peer: PeerProcess, count: number): Promise<number>;
}

/** Makes a contender of a peer. */
export function peerContender(
  { name, missing, call, isFresh, run }: PeerContender,
): Contender {
  return {
    name,
    missing,
    open() {
      if (isFresh) return Promise.resolve(freshRunner(call, run));
      const peer = new PeerProcess(call);
      return Promise.resolve({
        run: (count) => run(peer, count),
        close: () => peer.close(),
      });
    },
  };
}

function freshRunner(call: PeerCommand, run: PeerContender["run"]): Runner {
  return {
    async run(count) {
      const peer = new PeerProcess(call);
      try {
        return await run(peer, count);
      } finally {
        await peer.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Lets a peer do its work that tells itself how long that took. */
export async function askElapsed(
  peer: PeerProcess,
  count: number,
): Promise<number> {
  return (await peer.ask<{ elapsed: number }>({ count })).elapsed;
}
