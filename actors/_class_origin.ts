/**
 * Where the incarnations of a class actor under a supervisor come from: one
 * address for all of them, and what one leaves to the next.
 *
 * ```text
 *   incarnation 1        dies with message 13 in hand
 *        │                    │
 *   desk, keeper ────────▶ 1st death: incarnation 2 gets it first
 *                          2nd death: it is set aside, incarnation 3 goes on
 * ```
 *
 * @module
 */

import { Address } from "./_address.ts";
import { ClassProcessHandle, INCARNATION } from "./_class_process_handle.ts";
import type { ClassActor, ClassProcess } from "./process.ts";
import { type ClassTraits, declarationOf } from "./declaration.ts";
import { Doing } from "./_desk.ts";
import type { Handling } from "./handling.ts";
import type { Exit } from "./exit.ts";
import {
  type Origin,
  ProcessIncarnation,
  type Pulse,
  type Stopped,
} from "./_incarnation.ts";
import { readKept } from "./_keeper.ts";
import { Control, type ControlMessage, Line } from "./_protocol.ts";
import type { NormalizedPermissions } from "./permissions.ts";
import type { MessageDeath, SetAside } from "./quarantine.ts";
import { Recipient } from "./_recipient.ts";
import { childTarget } from "./_target.ts";
import { endingOf } from "./_restart_rules.ts";
import type { WorkerSpec } from "./supervisor_options.ts";

/** What an origin needs of its supervisor. */
export interface Infirmary {
  /** At how many deaths in hand a message is set aside. */
  readonly quarantineAfter: number;
  /** Sets a message aside. */
  setAside(message: SetAside): void;
}

/** A message that survived the actor which had it in hand. */
interface Survivor {
  /** Nothing if it could not be kept. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly handling: Handling;
}

/** One process of a child that is a class. */
export class ClassIncarnation extends ProcessIncarnation<void> {
  /** See {@linkcode ProcessIncarnation.ended}. */
  override readonly ended: Promise<Exit<void>>;
  /** Whether what killed it was set aside, so that it is not to be counted. */
  isExcused = false;
  /** Whether it is being stopped: then no message is to blame. */
  isStopping = false;
  readonly #address: Address;

  /** Watches a process; `onEnd` sees to what it leaves before anybody is told. */
  constructor(
    process: ClassProcessHandle<unknown>,
    grace: number | "brutal",
    onEnd: (incarnation: ClassIncarnation, exit: Exit<void>) => void,
  ) {
    super(process, grace);
    this.#address = process.address;
    this.ended = process.join().then((exit) => {
      onEnd(this, exit);
      return exit;
    });
  }

  /** See {@linkcode ProcessIncarnation.pulse}. */
  override get pulse(): Pulse {
    return { ...super.pulse, mailbox: this.#address.stats };
  }

  /** See {@linkcode ProcessIncarnation.stop}. */
  override async stop(
    cut: AbortSignal,
    reason: "shutdown" | "restart",
  ): Promise<Stopped> {
    this.isStopping = true;
    const stopped = await super.stop(cut, reason);
    await this.ended;
    return { ...stopped, messagesLeft: this.#address.mailbox.size };
  }
}

/** See the module. */
export class ClassOrigin<A extends readonly unknown[], I>
  implements Origin<ClassIncarnation> {
  /** Where messages for all incarnations go. */
  readonly address: Address;
  /** The present process, or the last one. */
  process: ClassProcess<I> | undefined;
  /** What it runs. */
  readonly actor: ClassActor<A, I>;
  readonly #args: A;
  readonly #spec: WorkerSpec;
  readonly #infirmary: Infirmary;
  readonly #control: Line<ControlMessage>;
  /** Sends to whichever incarnation there is. */
  readonly recipient: Recipient;
  /** Its rights, as declared. */
  readonly permissions: NormalizedPermissions;
  /** Its methods, and how it deals with messages. */
  readonly traits: ClassTraits;
  /** What the next incarnation is to handle first. */
  #again: Uint8Array<ArrayBuffer> | undefined;
  /** The deaths at which that was in hand. */
  #deaths: MessageDeath[] = [];

  /** Keeps what each start needs. */
  constructor(
    actor: ClassActor<A, I>,
    args: A,
    spec: WorkerSpec,
    infirmary: Infirmary,
  ) {
    this.actor = actor;
    this.#args = args;
    this.#spec = spec;
    this.#infirmary = infirmary;
    const { traits, permissions } = declarationOf(actor);
    this.permissions = permissions;
    this.traits = traits!;
    this.address = Address.create(this.traits.mailbox, true);
    const { name } = spec;
    this.recipient = new Recipient(
      childTarget(
        { name, permissions, address: this.address },
        this.traits.isReentrant,
      ),
      false,
    );
    this.#control = new Line(this.address.control);
  }

  /** See {@linkcode Origin}. */
  async start(cut: AbortSignal): Promise<ClassIncarnation> {
    cut.throwIfAborted();
    const { name, permissions, startTimeout, shutdown } = this.#spec;
    const process = new ClassProcessHandle<I>(this.actor, {
      args: this.#args,
      name,
      permissions,
      [INCARNATION]: { address: this.address, again: this.#again },
    });
    // From here on the present process: a failed start is one of its ends.
    process.start();
    this.process = process;
    const incarnation = new ClassIncarnation(
      process,
      shutdown,
      (incarnation, exit) => this.#onEnd(incarnation, process, exit),
    );
    try {
      await process.ready({ timeout: startTimeout, signal: cut });
    } catch (error) {
      incarnation.isStopping = true;
      process.terminate();
      await incarnation.ended;
      throw error;
    }
    return incarnation;
  }

  /** See {@linkcode Origin}. */
  over(): void {
    this.address.setOver();
  }

  /** See {@linkcode Origin}. */
  forget(): void {
    this.address.close();
  }

  #onEnd(
    incarnation: ClassIncarnation,
    process: ClassProcessHandle<I>,
    exit: Exit<void>,
  ): void {
    const { desk } = process;
    const handling = desk.handling;
    const survivor = desk.doing === Doing.handling
      ? process.keeper!.read(desk.number)
      : undefined;
    this.address.setExit({ exit, handling });
    if (survivor === undefined) {
      // It was dealt with, or had not been taken up again yet.
      if (desk.number > 0) this.#letGo();
      return;
    }
    const isBlamed = !incarnation.isStopping && endingOf(exit) !== "normal";
    this.#keep(
      { ...survivor, handling: handling! },
      isBlamed ? exit : undefined,
    );
    incarnation.isExcused = isBlamed && this.#again === undefined;
  }

  #letGo(): void {
    this.#again = undefined;
    this.#deaths = [];
  }

  /** Leaves a message to the next incarnation, or sets it aside. */
  #keep({ bytes, handling }: Survivor, exit: Exit | undefined): void {
    // Of a message that was taken up again, the first of an incarnation, the
    // deaths before count too.
    const isAgain = this.#again !== undefined && handling.number === 1;
    if (!isAgain) this.#deaths = [];
    if (exit !== undefined) this.#deaths.push({ at: Date.now(), exit });
    this.#again = bytes;
    const { quarantineAfter } = this.#infirmary;
    if (bytes !== undefined && this.#deaths.length < quarantineAfter) return;
    this.#setAside(bytes, handling);
    this.#letGo();
  }

  #setAside(
    bytes: Uint8Array<ArrayBuffer> | undefined,
    { method, sender }: Handling,
  ): void {
    const message = bytes === undefined ? undefined : readKept(bytes);
    const [client, number] = message?.slice(-4, -2) as [number, number] ??
      [0, 0];
    if (number !== 0) {
      this.#control.say([
        Control.refuse,
        client,
        number,
        `it was set aside, since the actor died ${this.#deaths.length} times ` +
        "while it handled it",
      ]);
    }
    this.#infirmary.setAside({
      child: this.#spec.id,
      method,
      args: message?.slice(0, -5),
      sender,
      deaths: this.#deaths,
      send: (args) => this.recipient.tell(method, [...args], undefined),
    });
  }
}
