/**
 * How all threads reach the one registry, which the root thread keeps.
 *
 * ```text
 *   any thread ── [request, client, number] ──▶ line of the root ──▶ names
 *        ▲                                                             │
 *        └──────── replies: [answer, number] ◀─────────────────────────┘
 * ```
 *
 * The root looks at the line whenever it is woken, also while it blocks in a
 * channel, and answers at once: no event loop is needed, only a root that does
 * not compute. The root itself asks its names directly.
 *
 * Who uses no registry pays for the memory of its line, made with the first
 * thread, and for a glance at it after each wake-up of the root.
 *
 * @module
 */

import type { Handle } from "../channels/handle.ts";
import { Ring } from "../channels/ring.ts";
import {
  endCount,
  ownThread,
  ROOT,
  threadCanAct,
} from "../channels/threads.ts";
import type { WaitOptions } from "../channels/wait_options.ts";
import { waitAt } from "../channels/waiting.ts";
import { NameTable, Registrant } from "./_name_table.ts";
import { holdRing, Line, lineRing } from "./protocol.ts";

/** What may be asked of the registry. */
export type Request =
  | { readonly register: string; readonly handle: Handle }
  | { readonly unregister: string }
  | { readonly find: string }
  | { readonly list: true };

/** What it answers. */
export interface Answer {
  /** To `register` and `find`: who has the name. */
  readonly handle?: Handle | undefined;
  /** To `register`: whether that is another one than was to be registered. */
  readonly isTaken?: boolean;
  /** To `unregister`: whether anybody had the name. */
  readonly wasHeld?: boolean;
  /** To `list`: all names. */
  readonly names?: string[];
}

type Asked = [
  request: Request,
  client: number,
  number: number,
  replies?: Line<Answered>,
];
type Answered = [answer: Answer, number: number];

/** The registry itself, in the root thread. */
class Registrar {
  readonly #line: Line<Asked>;
  readonly #table = new NameTable();
  /** Where the clients hear, by their threads. */
  readonly #clients = new Map<number, Line<Answered>>();
  #ends = endCount();

  constructor(ring: Ring) {
    this.#line = new Line<Asked>(ring);
  }

  /** Does what was asked. */
  answer(request: Request): Answer {
    const table = this.#table;
    if ("register" in request) {
      const registrant = new Registrant(request.handle);
      const holder = table.register(request.register, registrant);
      const isTaken = !holder.is(registrant);
      return { isTaken, handle: isTaken ? holder.handle : undefined };
    }
    if ("unregister" in request) {
      return { wasHeld: table.unregister(request.unregister) };
    }
    return "find" in request
      ? { handle: table.find(request.find)?.handle }
      : { names: table.names };
  }

  /** Does what was asked over the line, and lets go of the dead. */
  serve(): void {
    this.#sweep();
    this.#line.hear(([request, client, number, replies]) => {
      if (replies !== undefined) this.#clients.set(client, replies);
      this.#clients.get(client)?.say([this.answer(request), number]);
    });
  }

  /** Some threads have ended: lets go of what was theirs. */
  #sweep(): void {
    const ends = endCount();
    if (ends === this.#ends) return;
    this.#ends = ends;
    this.#table.sweep();
    for (const client of this.#clients.keys()) {
      if (!threadCanAct(client)) this.#clients.delete(client);
    }
  }
}

/** Another thread's way to the registry. */
class Client {
  readonly #line: Line<Asked>;
  readonly #replies = Line.own<Answered>();
  /** What waits for an answer, and the answers that have come. */
  readonly #answers = new Map<number, Answer | undefined>();
  #count = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#line = new Line<Asked>(Ring.at(memory));
  }

  async ask(
    request: Request,
    options: WaitOptions | undefined,
    late: () => string,
  ): Promise<Answer> {
    const number = ++this.#count;
    const asked: Asked = [request, ownThread(), number];
    if (number === 1) asked.push(this.#replies);
    this.#answers.set(number, undefined);
    try {
      this.#line.say(asked);
      // Answers come in the order of the requests, and so who has waited longest
      // is the first that is done.
      await waitAt([this.#replies.ring.consumers], {
        attempt: () => {
          this.#hear();
          return this.#answers.get(number) !== undefined;
        },
        options,
        late,
      });
      return this.#answers.get(number)!;
    } finally {
      this.#answers.delete(number);
    }
  }

  #hear(): void {
    this.#replies.hear(([answer, number]) => {
      // Else nobody waits for it any more.
      if (this.#answers.has(number)) this.#answers.set(number, answer);
    });
  }
}

let memory: SharedArrayBuffer | undefined;
/** In the root thread, once there is something to do. */
let registrar: Registrar | undefined;
/** In every other thread, likewise. */
let client: Client | undefined;

function ownRegistrar(): Registrar {
  return registrar ??= new Registrar(Ring.at(registryMemory()));
}

/** The way to the registry, for a thread that this one starts. */
export function registryMemory(): SharedArrayBuffer {
  if (memory !== undefined) return memory;
  const ring = lineRing();
  memory = ring.memory;
  // From the first message on: what waits beside it is kept for who holds it.
  holdRing(ring, ring);
  waitAt([ring.consumers], {
    attempt: () => {
      if (registrar !== undefined || ring.isReadable) ownRegistrar().serve();
      return false;
    },
    options: undefined,
    late: () => "",
    keepsAlive: false,
  });
  return memory;
}

/** Gives this thread, which is not the root, its way to the registry. */
export function joinRegistry(way: SharedArrayBuffer): void {
  memory = way;
}

/**
 * Asks the registry.
 *
 * @param options The options of the wait, already checked.
 * @param late The text of the error when the time is over.
 */
export async function askRegistry(
  request: Request,
  options: WaitOptions | undefined,
  late: () => string,
): Promise<Answer> {
  if (ownThread() === ROOT) return ownRegistrar().answer(request);
  client ??= new Client(memory!);
  return await client.ask(request, options, late);
}
