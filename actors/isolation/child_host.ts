/**
 * The host of a process actor: the main thread of its process.
 *
 * Runs no code of the actor's, which is in a thread beside it and has the
 * actor's rights alone. So the host sees in time that the parent is gone, which an
 * actor that computes would not, and that the actor takes too much memory.
 *
 * @module
 */

import { Callers } from "../../channels/callers.ts";
import { decode } from "../../channels/decode.ts";
import type { Carrier } from "../../channels/remote/carrier.ts";
import { Endpoint, FIRST_REF } from "../../channels/remote/endpoint.ts";
import { type Frame, FrameError, Tag } from "../../channels/remote/frame.ts";
import { registerRemote, type Way } from "../../channels/remote/remote_kind.ts";
import { countProcessesFrom } from "../../channels/numbers.ts";
import { type Handle, PACK, type PackedHandle } from "../../channels/handle.ts";
import type { Imported } from "../../channels/remote/imports.ts";
import { ROOT, wakeThread } from "../../channels/threads.ts";
import { THREAD } from "../../channels/until.ts";
import { waitAt } from "../../channels/waiting.ts";
import { ClassProcessHandle } from "../class_process_handle.ts";
import { setDeclaration } from "../declaration.ts";
import { Doing } from "../desk.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { ActorExitedError, RemoteError } from "../errors.ts";
import { PermissionDeniedError } from "../permission_errors.ts";
import type { Exit } from "../exit.ts";
import { IDENTITY, MODULES } from "../handle_options.ts";
import { ProcessHandle } from "../process_handle.ts";
import { checkMailbox } from "../mailbox_options.ts";
import { Reply } from "../protocol.ts";
import { Record as ActorRecord, type StopOrder } from "../record.ts";
import type {
  HostedAnswer,
  HostedAsk,
  HostedEnd,
  HostedStart,
} from "./child_protocol.ts";
import { HomeLine, useRemotes } from "./home_line.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { pour } from "./stream_sink.ts";
import "./remote_stream.ts";
import "./task_runner.ts";

/** The answer of an actor that has ended. */
const NEVER = new Promise<HostedAnswer>(() => {});

/** See the module. */
export class ChildHost {
  readonly #agent: Way;
  readonly #line: HomeLine;
  #isStarted = false;
  readonly #process = Promise.withResolvers<ProcessHandle<unknown>>();

  /** Hosts what the other side of the carrier says. */
  constructor(carrier: Carrier) {
    const endpoint = new Endpoint({
      lane: 0,
      // What the actor has said before goes before.
      send: (frame) => {
        this.#line.passOn();
        carrier.send(frame);
      },
      accepts: () => true,
      exports: () => false,
    });
    useRemotes(endpoint);
    this.#agent = endpoint.wayTo(FIRST_REF, {});
    this.#line = new HomeLine(carrier);
    endpoint.codec.exports.add("host", this);
    carrier.start({
      onFrame: (frame) => this.#onFrame(endpoint, frame),
      // The parent is gone, or talks nonsense: either way this is over.
      onEnd(error) {
        if (error !== undefined) console.error(error);
        Deno.exit(1);
      },
    });
  }

  /** Starts the actor; resolves when it is up, or has ended: whether it is up. */
  async start(start: HostedStart, args: readonly unknown[]): Promise<boolean> {
    // Who can write to the carrier of another could have it run something else.
    if (this.#isStarted) throw new FrameError("Cannot start an actor twice");
    this.#isStarted = true;
    const { module, declared, traits, permissions } = start;
    countProcessesFrom(start.firstId);
    const actor = {};
    // What it runs is known in its own thread alone.
    const target = () => {};
    setDeclaration(actor, {
      name: declared,
      module,
      target,
      permissions,
      // The agent has the mailbox; here a message that came is not dropped.
      traits: traits && { ...traits, mailbox: checkMailbox() },
      isolation: { isProcess: false, memory: undefined },
    });
    const { name, id, lineage, parent, daemon, modules } = start;
    const options = {
      args,
      name,
      daemon,
      [IDENTITY]: {
        id,
        lineage,
        parent,
        home: this.#line.memory,
        self: start.self && packSelf(start.self),
      },
      [MODULES]: modules,
    };
    const process = traits === undefined
      ? new ProcessHandle(actor, options)
      : new ClassProcessHandle(actor, options);
    process.start();
    this.#process.resolve(process);
    let watch: MemoryWatch | undefined;
    if (start.memory !== undefined) {
      watch = new MemoryWatch(start.memory, (used) => {
        // The agent kills this process when it has heard that.
        this.#agent.call("outOfMemory", [used]).catch(() => {});
      });
    }
    const isUp = await process.ready().then(() => true, () => false);
    watch?.begin();
    return isUp;
  }

  /** Resolves when the actor has ended. */
  async ended(): Promise<HostedEnd> {
    const process = await this.#process.promise;
    const exit = await process.join();
    const end = endOf(exit, new ActorRecord(process[PACK]().record));
    const { doing, handling } = process.desk;
    const isWithin = doing === Doing.starting || doing === Doing.stopping;
    return isWithin ? [...end, { doing, method: handling!.method }] : end;
  }

  /**
   * Has the actor handle a message; rejects with what the method throws.
   *
   * @param sink Where the items go, of a method that streams.
   */
  async ask(
    method: string,
    args: readonly unknown[],
    { timeout, sender }: HostedAsk,
    sink: Way | undefined,
    signal: AbortSignal | undefined,
  ): Promise<HostedAnswer> {
    const process = await this.#process.promise as ClassProcessHandle<unknown>;
    const message = [...args, sender];
    const options = { timeout, signal };
    const { recipient } = process;
    if (sink !== undefined) {
      const items = recipient.stream(method, message, options);
      return await streamed(items, sink);
    }
    const [word, what] = await recipient.askWord(method, message, options)
      .catch((error) => {
        // Its end is told by itself, and then also to who asked.
        if (error instanceof ActorExitedError) return NEVER;
        throw error;
      });
    if (word !== Reply.threw && word !== Reply.unsendable) return [word, what];
    const bytes = what as Uint8Array;
    const thrown = decode(bytes, 0, bytes.length);
    if (word === Reply.unsendable) return [word, thrown];
    throw thrown;
  }

  /** Tells the actor that it will be asked to stop. */
  async warn(order: StopOrder): Promise<void> {
    const process = await this.#process.promise;
    new ActorRecord(process[PACK]().record).warnOfStop(order);
    wakeThread(process[THREAD]);
  }

  /** Asks the actor to stop. */
  async stop(order: StopOrder): Promise<void> {
    const process = await this.#process.promise;
    process.askToStop(order);
  }

  /** Resolves at the next sign of life of the actor's. */
  async look(): Promise<void> {
    const process = await this.#process.promise;
    const { desk } = process;
    desk.ask();
    wakeThread(process[THREAD]);
    await waitAt([new Callers()], {
      attempt: () => desk.isAnswered || !process.isAlive(),
      options: undefined,
      late: () => "",
    });
  }

  #onFrame(endpoint: Endpoint, frame: Frame): void {
    const isForThread = frame.lane !== 0 &&
      (frame.tag === Tag.value || frame.tag === Tag.error);
    if (isForThread) this.#line.deliver(frame);
    else endpoint.accept(frame);
  }
}

/** Its own handle, as an actor compares it with its declaration. */
function packSelf(self: object): PackedHandle {
  const packed = (self as Handle)[PACK](ROOT, []);
  const { fields } = packed.imported as Imported;
  return { ...packed, module: fields.module, declared: fields.declared };
}

/** Sends the items of a stream; what comes of it is that of the message. */
async function streamed(
  items: AsyncIterator<unknown>,
  sink: Way,
): Promise<HostedAnswer> {
  try {
    return [Reply.value, await pour(items, sink)];
  } catch (error) {
    if (error instanceof NotSendableError) return [Reply.unsendable, error];
    if (error instanceof ActorExitedError) return await NEVER;
    const isThrown = error instanceof RemoteError ||
      error instanceof PermissionDeniedError;
    throw isThrown ? error.cause ?? error : error;
  } finally {
    // Of one that was read to its end nothing is left.
    await items.return?.();
  }
}

/** How an actor ended, with what it threw and not with what became of that. */
function endOf(
  exit: Exit,
  { leaving }: ActorRecord,
): [HostedEnd[0], number, unknown] {
  if (exit.reason === "returned") return ["returned", 0, exit.value];
  if (exit.reason === "exited") return ["exited", exit.code, undefined];
  if (leaving?.reason === "threw" || leaving?.reason === "failed") {
    const { reason, code, outcome } = leaving;
    return [reason, code, decode(outcome, 0, outcome.length)];
  }
  return ["failed", 1, "error" in exit ? exit.error : undefined];
}

registerRemote("host", {
  members: {
    start: (host: ChildHost, [start, args]) =>
      host.start(start as HostedStart, args as unknown[]),
    ended: (host: ChildHost) => host.ended(),
    ask: (host: ChildHost, [method, args, how, sink], signal) =>
      host.ask(
        method as string,
        args as unknown[],
        how as HostedAsk,
        sink as Way | undefined,
        signal,
      ),
    warn: (host: ChildHost, [order]) => host.warn(order as StopOrder),
    stop: (host: ChildHost, [order]) => host.stop(order as StopOrder),
    look: (host: ChildHost) => host.look(),
  },
  make: () => ({}),
}, (object) => object instanceof ChildHost);
