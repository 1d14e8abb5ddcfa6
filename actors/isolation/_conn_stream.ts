/**
 * A connection as a stream of bytes of Node's kind, which a carrier takes.
 *
 * @module
 */

import type { ByteStream } from "./stream_carrier.ts";

/** How much is read at a time, in bytes. */
const CHUNK = 64 * 1024;

/** The least room that is worth to be read into, in bytes. */
const LEAST_ROOM = 4 * 1024;

/** How much may wait to be written until that is said to be enough, in bytes. */
const ENOUGH = 64 * 1024;

/** What is told to listeners, with or without an argument. */
type Listener = (argument: never) => void;

/** See the module. The connection may come later, or not at all. */
export class ConnStream implements ByteStream {
  readonly #listeners = new Map<string, Listener[]>();
  #connection: Deno.TcpConn | undefined;
  /** What is to be written. */
  #queue: Uint8Array[] = [];
  /** How long all is that was not written, in bytes. */
  #size = 0;
  #isWriting = false;
  #isReading = false;
  /** Whether somebody was told to wait for `drain`. */
  #isFull = false;
  /** Nothing will be written any more. */
  #hasEnded = false;
  /** Nothing will come any more. */
  #isDry = false;
  #isOver = false;

  /**
   * Without a connection, if `connection` resolves to none, this ends as if the
   * other side had.
   */
  constructor(connection: Promise<Deno.TcpConn | undefined>) {
    connection.then((one) => this.#open(one), (error) => this.#fail(error));
  }

  /** Writes; tells whether more may be written at once. */
  write(bytes: Uint8Array): boolean {
    if (this.#isOver || this.#hasEnded) return true;
    this.#queue.push(bytes);
    this.#size += bytes.length;
    this.#isFull ||= this.#size > ENOUGH;
    this.#pump();
    return !this.#isFull;
  }

  /** Ends it, once all is written. What comes until the other side ends does. */
  end(): void {
    this.#hasEnded = true;
    // The other side's end is seen by reading only, and then this closes.
    this.#read();
    this.#pump();
  }

  /** Ends it at once. */
  destroy(): void {
    this.#close();
  }

  /** Tells of an event. From the first listener of `data` on it reads. */
  on(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...listeners, listener]);
    if (event === "data") this.#read();
  }

  #open(connection: Deno.TcpConn | undefined): void {
    if (this.#isOver) return connection?.close();
    if (connection === undefined) {
      this.#tell("end");
      return this.#close();
    }
    this.#connection = connection;
    // Each turn's frames go at once, in one piece.
    connection.setNoDelay(true);
    if (this.#isReading) this.#readAll(connection);
    this.#pump();
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    if (this.#connection !== undefined) this.#readAll(this.#connection);
  }

  async #readAll(connection: Deno.TcpConn): Promise<void> {
    try {
      let room = new Uint8Array(CHUNK);
      for (;;) {
        const count = await connection.read(room);
        if (count === null || this.#isOver) break;
        // Who gets it may keep it: nothing is read into the same place again.
        this.#tell("data", room.subarray(0, count));
        room = room.subarray(count);
        if (room.length < LEAST_ROOM) room = new Uint8Array(CHUNK);
      }
    } catch (error) {
      return this.#fail(error as Error);
    }
    if (this.#isOver) return;
    this.#isDry = this.#hasEnded = true;
    this.#tell("end");
    this.#pump();
  }

  async #pump(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || this.#isWriting || this.#isOver) return;
    this.#isWriting = true;
    try {
      while (this.#queue.length > 0) {
        const queue = this.#queue;
        this.#queue = [];
        for (const bytes of queue) await this.#writeAll(connection, bytes);
      }
      if (this.#isFull) {
        this.#isFull = false;
        this.#tell("drain");
      }
      if (this.#hasEnded && !this.#isDry) await connection.closeWrite();
    } catch (error) {
      return this.#fail(error as Error);
    }
    this.#isWriting = false;
    if (this.#queue.length > 0) return await this.#pump();
    if (this.#hasEnded && this.#isDry) this.#close();
  }

  async #writeAll(
    connection: Deno.TcpConn,
    bytes: Uint8Array,
  ): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await connection.write(bytes.subarray(at));
    }
    this.#size -= bytes.length;
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    if (isGone(error)) this.#tell("end");
    else this.#tell("error", error);
    this.#close();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue = [];
    this.#connection?.close();
    this.#tell("close");
  }

  #tell(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      listener(...args as never[] as [never]);
    }
  }
}

/**
 * Whether the other side has ended. A process that is killed while something is
 * on its way to it leaves no end behind, but this; how it ended it tells itself.
 */
function isGone(error: Error): boolean {
  const { ConnectionReset, ConnectionAborted, BrokenPipe } = Deno.errors;
  return error instanceof ConnectionReset ||
    error instanceof ConnectionAborted || error instanceof BrokenPipe;
}
