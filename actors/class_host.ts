/**
 * What runs around an actor that is a class: its construction, its hooks, and
 * the server that calls its methods.
 *
 * ```text
 *   new Class(...args) ─▶ onStart ─▶ messages … ─▶ asked to stop ─▶ onStop ─▶ end
 *                        "started"                 (drains first)
 * ```
 *
 * @module
 */

import { Address } from "./address.ts";
import type { ActorHooks } from "./class_types.ts";
import { currentProcess } from "./current_process.ts";
import type { ClassTraits } from "./declaration.ts";
import { type Desk, Doing } from "./desk.ts";
import { Keeper, readKept } from "./keeper.ts";
import { Line, type ReplyMessage } from "./protocol.ts";
import type { Record } from "./record.ts";
import { Ring } from "../channels/ring.ts";
import { Server } from "./_server.ts";
import type { ServeStart } from "./start_message.ts";

/** See the module. */
export class ClassHost {
  readonly #start: ServeStart;
  readonly #traits: ClassTraits;
  readonly #record: Record;
  readonly #desk: Desk;
  readonly #onFailure: (error: unknown) => void;
  readonly #parent: string;
  #server: Server | undefined;
  #instance: ActorHooks | undefined;
  #isStopping = false;

  /** For the actor that `start` describes; `onFailure` ends it with an error. */
  constructor(
    start: ServeStart,
    traits: ClassTraits,
    record: Record,
    desk: Desk,
    onFailure: (error: unknown) => void,
  ) {
    this.#start = start;
    this.#traits = traits;
    this.#record = record;
    this.#desk = desk;
    this.#onFailure = onFailure;
    this.#parent = currentProcess().parent?.name ?? "";
    record.hear();
  }

  /** Makes the instance and has it start. */
  async start(Class: new (...args: never[]) => object, args: never[]) {
    const desk = this.#desk;
    desk.enter(Doing.starting, "constructor", this.#parent);
    const instance: ActorHooks = new Class(...args);
    this.#instance = instance;
    const { address: packed, incarnation, keeper, client } = this.#start;
    const kept = keeper === undefined ? undefined : new Keeper(keeper);
    const { isReentrant, endsOnThrow } = this.#traits;
    desk.enter(Doing.starting, "onStart", this.#parent);
    this.#server = new Server(instance, {
      address: new Address(packed),
      desk,
      incarnation,
      isReentrant,
      endsOnThrow,
      keep: kept === undefined || isReentrant
        ? undefined
        : (message, bytes) => kept.keep(desk.number, message, bytes),
      onFailure: this.#onFailure,
    });
    const replies = new Line<ReplyMessage>(Ring.at(client.replies));
    this.#server.clients.add(client.thread, { name: client.name, replies });
    await instance.onStart?.();
    desk.leave();
    if (this.#isStopping) this.#stopServer();
  }

  /** Handles messages until the actor was asked to stop, and has stopped. */
  async serve(): Promise<void> {
    const { again } = this.#start;
    await this.#server!.serve(again === undefined ? again : readKept(again));
    if (this.#instance!.onStop !== undefined) {
      this.#desk.enter(Doing.stopping, "onStop", this.#parent);
      await this.#instance!.onStop({
        reason: this.#record.stopReason,
        timeLeft: this.#record.stopTimeLeft,
      });
    }
    this.#desk.leave();
  }

  /** The actor was asked to stop. */
  stop(): void {
    this.#isStopping = true;
    this.#stopServer();
  }

  /** Handles nothing any more: the actor ends. */
  halt(): void {
    this.#server?.stop(false);
  }

  #stopServer(): void {
    // What a restart leaves in the mailbox the next incarnation takes.
    this.#server?.stop(this.#record.stopReason !== "restart");
  }
}
