/**
 * The way of messages where a child cannot be given a descriptor: a connection
 * over the loopback network.
 *
 * ```text
 *   agent                                         child
 *     │ listens at 127.0.0.1, at some port          │
 *     │── port and token, in its environment ──────▶│
 *     │◀─────────── connects, says its half of that │
 *     │── the other half ──────────────────────────▶│
 *     │◀════════════════ frames ═══════════════════▶│
 * ```
 *
 * Whatever runs on the machine may connect, or take the port of an agent that
 * has ended. So each side tells the other one half of what nobody else knows: it
 * stands in no command line, and the environment of a process is read by its
 * user alone.
 *
 * @module
 */

import { ConnStream } from "./_conn_stream.ts";
import type { ChildCommand } from "./child_command.ts";
import type { ByteStream } from "./stream_carrier.ts";

/** The variable by which a child learns where to connect, and its token. */
export const LOOPBACK_VARIABLE = "TROUPE_CARRIER";

/** Where the agent listens, for which it needs the right `net`. */
export const LOOPBACK_HOST = "127.0.0.1";

/** The length of either half of a token, in bytes: 128 bits. */
const HALF = 16;

/** How long a child may take to connect, in ms. It has modules to load first. */
const LONGEST_START = 10_000;

/** The most connections that may be open and have said nothing right. */
const MOST_GUESTS = 64;

/** How long a listener waits. */
export interface LoopbackOptions {
  /** How long until somebody has to have said the token, in ms. */
  readonly timeout?: number;
}

/** Waits for the one connection of a child. */
export class LoopbackListener {
  /** Where it listens. */
  readonly port: number;
  /** What a child must know, in hexadecimal digits. */
  readonly token: string = crypto.getRandomValues(new Uint8Array(2 * HALF))
    .toHex();
  /**
   * The connection of the first who knows the token; `undefined` if the listener
   * was closed before. Rejects if nobody comes in time.
   */
  readonly connection: Promise<Deno.TcpConn | undefined>;
  readonly #listener: Deno.TcpListener;
  readonly #found = Promise.withResolvers<Deno.TcpConn | undefined>();
  /** Who has connected, and not said the token; the first that came first. */
  readonly #guests = new Set<Deno.TcpConn>();
  readonly #timer: ReturnType<typeof setTimeout>;
  #isOver = false;

  /**
   * Begins to listen.
   *
   * @throws {Deno.errors.NotCapable} If the thread may not.
   */
  constructor({ timeout = LONGEST_START }: LoopbackOptions = {}) {
    this.#listener = Deno.listen({ hostname: LOOPBACK_HOST, port: 0 });
    this.port = this.#listener.addr.port;
    this.connection = this.#found.promise;
    this.connection.catch(() => {}); // whoever awaits it may come later
    this.#timer = setTimeout(() => {
      this.#found.reject(
        new Error(
          "Cannot start actor in a process of its own: it did not connect " +
            `within ${timeout} ms`,
        ),
      );
      this.#stop();
    }, timeout);
    this.#listen();
  }

  /** Ends the wait: nobody is let in any more. */
  close(): void {
    this.#found.resolve(undefined);
    this.#stop();
  }

  async #listen(): Promise<void> {
    try {
      for (;;) this.#meet(await this.#listener.accept());
    } catch {
      this.close(); // it was, or there is no network any more
    }
  }

  async #meet(guest: Deno.TcpConn): Promise<void> {
    if (this.#isOver) return guest.close();
    this.#guests.add(guest);
    if (this.#guests.size > MOST_GUESTS) {
      const [first] = this.#guests;
      this.#dismiss(first!);
    }
    try {
      const [ours, theirs] = halvesOf(this.token);
      const said = await readExactly(guest, HALF);
      if (!isSame(said, theirs)) return;
      await guest.write(ours); // a buffer of this size takes it whole
      // There may be a first one by now.
      if (this.#isOver || !this.#guests.delete(guest)) return;
      this.#found.resolve(guest);
      this.#stop();
    } catch {
      // It went away.
    } finally {
      this.#dismiss(guest);
    }
  }

  /** Closes the connection of one who is not the one; of nobody else. */
  #dismiss(guest: Deno.TcpConn): void {
    if (this.#guests.delete(guest)) guest.close();
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#listener.close();
    for (const guest of this.#guests) this.#dismiss(guest);
  }
}

/**
 * The command for a child that is to connect to a listener, made of one for a
 * child that is not: with the two rights that it takes, and the variable.
 */
export function withLoopback(
  { file, args, env }: ChildCommand,
  port: number,
  token: string,
): ChildCommand {
  const entry = args.at(-1)!;
  const flags = allowing(
    allowing(args.slice(0, -1), "net", `${LOOPBACK_HOST}:${port}`),
    "env",
    LOOPBACK_VARIABLE,
  );
  return {
    file,
    args: [...flags, entry],
    env: { ...env, [LOOPBACK_VARIABLE]: `${port}:${token}` },
  };
}

/** Flags that allow one thing more. */
function allowing(
  flags: readonly string[],
  kind: "net" | "env",
  entry: string,
): readonly string[] {
  const all = `--allow-${kind}`;
  if (flags.includes("-A") || flags.includes(all)) return flags;
  const at = flags.findIndex((flag) => flag.startsWith(`${all}=`));
  return at < 0
    ? [...flags, `${all}=${entry}`]
    : flags.with(at, `${flags[at]},${entry}`);
}

/**
 * The stream to the agent, in a child whose command {@linkcode withLoopback}
 * made. The variable is gone then: the actor, and what it starts, has no use
 * for it.
 *
 * @throws {TypeError} If there is no variable that says where to connect.
 */
export function loopbackToAgent(): ByteStream {
  const text = Deno.env.get(LOOPBACK_VARIABLE) ?? "";
  Deno.env.delete(LOOPBACK_VARIABLE);
  const [, port, token] = /^(\d+):([\da-f]{64})$/.exec(text) ?? [];
  if (port === undefined) {
    throw new TypeError("Cannot reach the program: nothing says where it is");
  }
  return new ConnStream(connect(Number(port), token!));
}

/** The stream to the child that a listener waits for. */
export function streamOf({ connection }: LoopbackListener): ByteStream {
  return new ConnStream(connection);
}

/**
 * Connects to a listener.
 *
 * @throws {Error} If it is none, or another one.
 */
export async function connect(
  port: number,
  token: string,
): Promise<Deno.TcpConn> {
  const [theirs, ours] = halvesOf(token);
  const connection = await Deno.connect({ hostname: LOOPBACK_HOST, port });
  try {
    await connection.write(ours);
    const said = await readExactly(connection, HALF);
    if (isSame(said, theirs)) return connection;
    throw new Error("Cannot reach the program: another one answers");
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** What the agent says, and what the child says. */
function halvesOf(token: string): [Uint8Array, Uint8Array] {
  const bytes = Uint8Array.fromHex(token);
  return [bytes.subarray(0, HALF), bytes.subarray(HALF)];
}

/** Whether bytes are the same; takes as long however many of them are. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < other.length; i++) difference |= one[i]! ^ other[i]!;
  return difference === 0;
}

/** Reads so many bytes, and none of what is behind them. */
async function readExactly(
  connection: Deno.TcpConn,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Deno.errors.UnexpectedEof("It has ended");
    at += count;
  }
  return bytes;
}
