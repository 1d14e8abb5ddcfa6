/**
 * What is behind a `ClassChild`, and behind the `ActorRef` that it is in other
 * threads.
 *
 * @module
 */

import {
  PACK,
  type PackedHandle,
  registerHandle,
} from "../../channels/handle.ts";
import { INSPECT } from "../../channels/inspect.ts";
import { threadExists } from "../../channels/threads.ts";
import { Address, type PackedAddress } from "../address.ts";
import { askMethods, tellMethods } from "../ask_methods.ts";
import type { ActorRef } from "../actor_ref.ts";
import type { ClassChild } from "./child.ts";
import { FunctionChild } from "./_child_handles.ts";
import type { ClassOrigin } from "./_class_origin.ts";
import type { ClassProcess } from "../process.ts";
import type { Ask, Tell } from "../class_types.ts";
import type { ClassTraits } from "../declaration.ts";
import type { MailboxStats } from "../mailbox_options.ts";
import type { NormalizedPermissions } from "../permissions.ts";
import { Recipient } from "../recipient.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import { childTarget } from "../target.ts";

/** Behind {@linkcode ClassChild}. */
export class ClassChildHandle<I> extends FunctionChild<void>
  implements ClassChild<I> {
  /** See {@linkcode ActorRef}. */
  readonly ask: Ask<I>;
  /** See {@linkcode ActorRef}. */
  readonly tell: Tell<I>;
  readonly #origin: ClassOrigin<readonly unknown[], I>;

  /** Makes the handle of a child that is about to be started. */
  constructor(
    child: SupervisedChild,
    origin: ClassOrigin<readonly unknown[], I>,
  ) {
    super(child, origin);
    this.#origin = origin;
    this.ask = askMethods(origin.recipient, origin.traits);
    this.tell = tellMethods(origin.recipient, origin.traits);
  }

  /** See {@linkcode ActorRef}. */
  get name(): string {
    return this.#origin.recipient.name;
  }

  /** See {@linkcode ClassChild}. */
  override get process(): ClassProcess<I> {
    return this.#origin.process!;
  }

  /** See {@linkcode ActorRef}. */
  mailboxStats(): MailboxStats {
    return this.#origin.address.stats;
  }

  /** See {@linkcode ActorRef}. */
  [PACK](): PackedHandle {
    const { address, traits, permissions, actor } = this.#origin;
    const { name, id } = this;
    return {
      kind: "class child",
      declared: actor.name,
      module: actor.module,
      address: address.pack(),
      traits,
      permissions,
      name,
      id,
    };
  }
}

/** A child of a supervisor in another thread. */
class RemoteChild<I> implements ActorRef<I> {
  readonly kind = "child";
  readonly name: string;
  readonly ask: Ask<I>;
  readonly tell: Tell<I>;
  readonly #address: Address;
  readonly #packed: PackedHandle;

  constructor(packed: PackedHandle) {
    const { name, traits, permissions, address } = packed as unknown as {
      readonly name: string;
      readonly traits: ClassTraits;
      readonly permissions: NormalizedPermissions;
      readonly address: PackedAddress;
    };
    this.#packed = packed;
    this.name = name;
    this.#address = new Address(address);
    const recipient = new Recipient(
      childTarget(
        { name, permissions, address: this.#address },
        traits.isReentrant,
      ),
      false,
    );
    this.ask = askMethods(recipient, traits);
    this.tell = tellMethods(recipient, traits);
  }

  isAlive(): boolean {
    const { thread } = this.#address;
    return thread > 0 && threadExists(thread);
  }

  mailboxStats(): MailboxStats {
    return this.#address.stats;
  }

  [PACK](): PackedHandle {
    return this.#packed;
  }

  [INSPECT](): string {
    return `child ${JSON.stringify(this.name)}`;
  }
}

registerHandle("class child", { unpack: (packed) => new RemoteChild(packed) });
