/**
 * What is behind a `ClassProcess`: a process with a mailbox.
 *
 * @module
 */

import { PACK, registerHandle, unpackHandle } from "../channels/handle.ts";
import { ownThread } from "../channels/threads.ts";
import { Address } from "./address.ts";
import { askMethods, tellMethods } from "./ask_methods.ts";
import type { Ask, Tell } from "./class_types.ts";
import { currentProcess, ownPacked } from "./current_process.ts";
import { type ClassTraits, declarationOf } from "./declaration.ts";
import { Keeper } from "./keeper.ts";
import type { MailboxStats } from "./mailbox_options.ts";
import { ownReplies } from "./_pending.ts";
import type { HandleOptions, PackedClassProcess } from "./handle_options.ts";
import { handleFor } from "./handed_process.ts";
import { ProcessHandle } from "./process_handle.ts";
import { Recipient } from "./recipient.ts";
import type { ServeStart } from "./start_message.ts";
import { processTarget } from "./target.ts";
import type { WatchedThread } from "./watched_thread.ts";

/** The key of what a supervisor starts an incarnation with. */
export const INCARNATION: unique symbol = Symbol("incarnation");

/** What a supervisor starts an incarnation with. */
export interface IncarnationOptions {
  /** Where messages come from, also for the next ones. */
  readonly address: Address;
  /** The message that the last one had in hand, to be handled again. */
  readonly again?: Uint8Array<ArrayBuffer> | undefined;
}

const HANDED_CLASS: unique symbol = Symbol("handed class");

interface ClassHandleOptions extends HandleOptions {
  [INCARNATION]?: IncarnationOptions;
  [HANDED_CLASS]?: PackedClassProcess;
}

/** Behind the interface `ClassProcess`; see there. */
export class ClassProcessHandle<I> extends ProcessHandle<void> {
  /** Where messages for it go. */
  readonly address: Address;
  /** Where a supervised one keeps the message in hand. */
  readonly keeper: Keeper | undefined;
  readonly #traits: ClassTraits;
  readonly #again: Uint8Array<ArrayBuffer> | undefined;
  #recipient: Recipient | undefined;
  #ask: Ask<I> | undefined;
  #tell: Tell<I> | undefined;

  constructor(actor: object, options: ClassHandleOptions = {}) {
    super(actor, options);
    const handed = options[HANDED_CLASS];
    if (handed !== undefined) {
      this.#traits = handed.traits;
      this.address = new Address(handed.address);
      return;
    }
    this.#traits = declarationOf(actor).traits!;
    const incarnation = options[INCARNATION];
    this.address = incarnation?.address ??
      Address.create(this.#traits.mailbox, false);
    if (incarnation !== undefined) {
      this.keeper = new Keeper();
      this.#again = incarnation.again;
    }
  }

  get ask(): Ask<I> {
    return this.#ask ??= askMethods(this.#started("ask"), this.#traits);
  }

  get tell(): Tell<I> {
    return this.#tell ??= tellMethods(this.#started("tell"), this.#traits);
  }

  mailboxStats(): MailboxStats {
    return this.address.stats;
  }

  protected override serveStart(thread: number): ServeStart {
    const { address } = this;
    address.setThread(thread);
    return {
      address: address.pack(),
      traits: this.#traits,
      incarnation: address.incarnation,
      client: {
        thread: ownThread(),
        name: currentProcess().name,
        replies: ownReplies().ring.memory,
      },
      keeper: this.keeper?.memory,
      again: this.#again,
    };
  }

  protected override onStarted(thread: WatchedThread<void>): void {
    // It listens in any case, also while it is still being loaded.
    thread.record.hear();
    if (this.address.isLasting) return;
    thread.exit.then(() => this.address.close());
  }

  override [PACK](): PackedClassProcess {
    return {
      ...super[PACK](),
      kind: "class process",
      address: this.address.pack(),
      traits: this.#traits,
    };
  }

  /** Where messages of this thread go. */
  get recipient(): Recipient {
    return this.#started("ask");
  }

  #started(action: string): Recipient {
    const thread = this.startedThread(action);
    return this.#recipient ??= new Recipient(
      processTarget(this, thread, this.#traits.isReentrant),
      this.parentId === currentProcess().id,
    );
  }
}

function unpack(packed: PackedClassProcess): ClassProcessHandle<unknown> {
  const handle = handleFor(packed, (options) =>
    new ClassProcessHandle({}, {
      ...options,
      [HANDED_CLASS]: packed,
    }));
  return handle as ClassProcessHandle<unknown>;
}

registerHandle("class process", {
  unpack: (packed) => unpack(packed as PackedClassProcess),
});

/** The handle of the calling code's own process, if it is of that class. */
export function ownHandle(
  actor: { readonly name: string; readonly module: string },
): ClassProcessHandle<unknown> | undefined {
  const packed = ownPacked() as PackedClassProcess | undefined;
  const isOfClass = packed !== undefined && packed.module === actor.module &&
    packed.declared === actor.name;
  return isOfClass
    ? unpackHandle(packed) as ClassProcessHandle<unknown>
    : undefined;
}
