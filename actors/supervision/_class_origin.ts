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

import { threadCanAct } from "../../channels/threads.ts";
import { Address } from "../address.ts";
import { ClassProcessHandle, INCARNATION } from "../class_process_handle.ts";
import { ON_READY } from "../handle_options.ts";
import type { ClassActor, ClassProcess } from "../process.ts";
import { type ClassTraits, declarationOf } from "../declaration.ts";
import { Doing } from "../desk.ts";
import type { Handling } from "../handling.ts";
import type { Exit } from "../exit.ts";
import {
  type Origin,
  ProcessIncarnation,
  type Pulse,
  type Stopped,
} from "./_incarnation.ts";
import { type Kept, readKept } from "../keeper.ts";
import { Control, type ControlMessage, Line } from "../protocol.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import type { MessageDeath, SetAside } from "./quarantine.ts";
import { Recipient } from "../recipient.ts";
import { childTarget } from "../target.ts";
import { endingOf } from "./_restart_rules.ts";
import type { WorkerSpec } from "./supervisor_options.ts";

/** How many refusals are kept. */
const MOST_REFUSALS = 100;

/** What an origin needs of its supervisor. */
export interface Infirmary {
  /** At how many deaths in hand a message is set aside. */
  readonly quarantineAfter: number;
  /** Sets a message aside. */
  setAside(message: SetAside): void;
}

/** A message that survived the actor which had it in hand. */
interface Survivor extends Kept {
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
  /** Whether it was ended because a message blocked its event loop. */
  wasBlocked = false;
  /** How many messages it had in hand when it was cut off. */
  cutInHand = 0;
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
    const { terminate, ...pulse } = super.pulse;
    return {
      ...pulse,
      mailbox: this.#address.stats,
      terminate: () => {
        this.wasBlocked = true;
        terminate();
      },
    };
  }

  /** See {@linkcode ProcessIncarnation.stop}. */
  override async stop(
    cut: AbortSignal,
    reason: "shutdown" | "restart",
  ): Promise<Stopped> {
    this.isStopping = true;
    const stopped = await super.stop(cut, reason);
    await this.ended;
    const messagesLeft = this.#address.mailbox.size + this.cutInHand;
    return { ...stopped, messagesLeft };
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
  #isolation: WorkerSpec["isolation"];
  readonly #infirmary: Infirmary;
  readonly #control: Line<ControlMessage>;
  /** Sends to whichever incarnation there is. */
  readonly recipient: Recipient;
  /** Its rights, as declared. */
  readonly permissions: NormalizedPermissions;
  /** Its methods, and how it deals with messages. */
  readonly traits: ClassTraits;
  /** What the next incarnation is to handle first. */
  #again: Survivor | undefined;
  /** The deaths at which that was in hand. */
  #deaths: MessageDeath[] = [];
  /** What asks were told in place of an answer. */
  readonly #refusals: ControlMessage[] = [];

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
    this.#isolation = spec.isolation;
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
  isolate(): void {
    this.#isolation = "process";
  }

  /** See {@linkcode Origin}. */
  async start(
    cut: AbortSignal,
    onUp?: (life: ClassIncarnation) => void,
  ): Promise<ClassIncarnation> {
    cut.throwIfAborted();
    const { name, permissions, memory, startTimeout, shutdown } = this.#spec;
    const process = new ClassProcessHandle<I>(this.actor, {
      args: this.#args,
      name,
      permissions,
      isolation: this.#isolation,
      memory,
      [INCARNATION]: { address: this.address, again: this.#again?.bytes },
    });
    // From here on the present process: a failed start is one of its ends.
    this.#sayRefusals();
    process.start();
    this.process = process;
    const incarnation = new ClassIncarnation(
      process,
      shutdown,
      (incarnation, exit) => this.#onEnd(incarnation, process, exit),
    );
    try {
      await process.ready({
        timeout: startTimeout,
        signal: cut,
        [ON_READY]: () => onUp?.(incarnation),
      });
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
    const kept = desk.doing === Doing.handling
      ? process.keeper!.read(desk.number)
      : undefined;
    this.address.setExit({ exit, handling });
    const { isStopping, wasBlocked } = incarnation;
    const isNormal = endingOf(exit) === "normal";
    if (handling?.number && !isNormal) incarnation.cutInHand = 1;
    if (kept === undefined) {
      // It was dealt with, or had not been taken up again yet.
      if (desk.number > 0) this.#letGo();
      return;
    }
    if (isNormal && !isStopping) {
      // To end the actor was what it was for. Again it would do that again.
      this.#refuse(kept, "the actor ended itself instead");
      this.#letGo();
      return;
    }
    const isBlamed = wasBlocked || !isStopping && !isNormal;
    this.#keep({ ...kept, handling: handling! }, isBlamed ? exit : undefined);
    incarnation.isExcused = isBlamed && this.#again === undefined;
  }

  #letGo(): void {
    this.#again = undefined;
    this.#deaths = [];
  }

  /** Leaves a message to the next incarnation, or sets it aside. */
  #keep(message: Survivor, exit: Exit | undefined): void {
    // Of a message that was taken up again the deaths before count too.
    if (!this.#isAgain(message)) this.#deaths = [];
    if (exit !== undefined) this.#deaths.push({ at: Date.now(), exit });
    this.#again = message;
    const { quarantineAfter } = this.#infirmary;
    const isKept = message.bytes !== undefined;
    if (isKept && this.#deaths.length < quarantineAfter) return;
    this.#setAside(message);
    this.#letGo();
  }

  /** Whether it is the message that was to be handled first. */
  #isAgain({ client, ask, handling }: Survivor): boolean {
    const again = this.#again;
    // That may have been given up: then the first one was another.
    return again !== undefined && handling.number === 1 &&
      again.ask === ask && again.client === client;
  }

  #setAside(message: Survivor): void {
    const { bytes, handling: { method, sender } } = message;
    const deaths = this.#deaths;
    const why = deaths.length === 0
      ? "it was cut off, and cannot be handled again since it held handles"
      : `it was set aside, since the actor died ${
        deaths.length === 1 ? "once" : `${deaths.length} times`
      } while it handled it`;
    this.#refuse(message, why);
    this.#infirmary.setAside({
      child: this.#spec.id,
      method,
      args: bytes === undefined ? undefined : readKept(bytes).slice(0, -5),
      sender,
      deaths,
      send: (args) => this.recipient.tell(method, [...args], undefined),
    });
  }

  /** Tells whoever waits for the answer that there will be none. */
  #refuse({ client, ask }: Kept, why: string): void {
    if (ask === 0) return;
    this.#refusals.push([Control.refuse, client, ask, why]);
    if (this.#refusals.length > MOST_REFUSALS) this.#refusals.shift();
  }

  /**
   * Has the incarnation that starts tell those who wait in vain: the client will
   * be known to it. Each is told what the ones before were to tell, too, since
   * those may have died of it; who was told already does not listen.
   */
  #sayRefusals(): void {
    for (const refusal of this.#refusals) {
      if (threadCanAct(refusal[1])) this.#control.say(refusal);
    }
  }
}
