/**
 * The agent: what runs in the thread of a process actor, in its place.
 *
 * See `child_protocol.ts` for the whole. The agent starts the process, has it do
 * what the actor is asked to do, makes the actor's calls on queues, locks and the
 * like, and ends as the actor ends:
 *
 * ```text
 *   the actor ends itself ─▶ ended [reason, code, value] ─▶ leaves likewise
 *   the process dies      ─▶ its exit code or signal     ─▶ leaves as killed …
 *   the agent is fenced   ─▶ kills the process ─▶ when that is gone ─▶ closes
 *   the program dies      ─▶ the carrier ends at the child ─▶ it exits by itself
 * ```
 *
 * No code of the user's runs here, so it is never busy for long, and what has to
 * be done about a child that computes without end is done at once.
 *
 * @module
 */

import { Callers } from "../../channels/callers.ts";
import { decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { unpackAll, unpackHandle } from "../../channels/handle.ts";
import { Endpoint, FIRST_REF } from "../../channels/remote/endpoint.ts";
import type { Way } from "../../channels/remote/remote_kind.ts";
import "../../channels/remote/remote_things.ts";
import {
  isFenced,
  ownThread,
  stopIfFenced,
  wakeAllThreads,
} from "../../channels/threads.ts";
import { turn } from "../../channels/turn.ts";
import { waitAt } from "../../channels/waiting.ts";
import { ClassHost } from "../class_host.ts";
import { Desk, Doing } from "../desk.ts";
import { sayFarewell } from "../leave.ts";
import { setEnd } from "../links.ts";
import type { Entered } from "../host.ts";
import { setFunctionSource } from "../pool/task_functions.ts";
import { work, type WorkerStart } from "../pool/worker.ts";
import { becomeSelf, packOwn } from "../own_handle.ts";
import { IsolationError } from "../isolation_error.ts";
import { LIBRARY_URL, RUNNER_URL } from "../library_url.ts";
import { PassedWord } from "../passed_word.ts";
import type { LeaveReason, Record } from "../record.ts";
import type { StartMessage } from "../start_message.ts";
import { hostedFunctions } from "./_task_agent.ts";
import { RUNNER, RUNNER_TRAITS } from "./task_runner.ts";
import type { AnyChildProcess } from "./agent_early.ts";
import { AgentSide } from "./agent_calls.ts";
import "./remote_processes.ts";
import "./remote_stream.ts";
import "./stream_sink.ts";
import { agentClass } from "./_agent_class.ts";
import type { HostedEnd, HostedStart } from "./child_protocol.ts";
import { endOfProcess } from "./_process_end.ts";
import { StreamCarrier } from "./stream_carrier.ts";

/** What was begun before: the process, or why there is none. */
export interface Seed {
  /** The process. */
  readonly begun?: AnyChildProcess;
  /** Why there is none. */
  readonly error?: unknown;
}

/** Runs the agent of the actor that `start` describes. */
export class AgentHost {
  readonly #start: StartMessage;
  readonly #record: Record;
  readonly #close: () => void;
  readonly #load: (module: string) => Promise<unknown>;
  readonly #desk: Desk;
  readonly #encoder = new Encoder();
  #isAskedToStop = false;
  #endpoint!: Endpoint;
  readonly #child: AnyChildProcess | undefined;
  readonly #failure: unknown;
  #class: ClassHost | undefined;
  /** What the host has said of the memory. */
  #outOfMemory: string | undefined;
  #isLooking = false;
  #hasLeft = false;

  /**
   * For the actor that `start` describes, whose process is in `seed`; `load`
   * loads the modules that the trampoline names.
   */
  constructor(
    start: StartMessage,
    { record, leave }: Entered,
    load: (module: string) => Promise<unknown>,
    seed: Seed,
  ) {
    this.#child = seed.begun;
    this.#failure = seed.error;
    this.#load = load;
    this.#start = start;
    this.#record = record;
    this.#close = leave;
    this.#desk = new Desk(start.record);
  }

  /** Called when this thread finds itself fenced: closes it, and the child. */
  onFenced(): void {
    this.#record.setClosing();
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#kill().then(this.#close);
  }

  /** Runs the actor in a process of its own. */
  async run(): Promise<void> {
    becomeSelf(this.#start, () => this.#record.hear());
    setEnd((error) => void this.#end("threw", 1, error));
    // What a fence leaves undone is no error.
    for (const type of ["error", "unhandledrejection"]) {
      self.addEventListener(type, (event) => {
        if (isFenced()) event.preventDefault();
      });
    }
    this.#attend();
    try {
      await this.#serve();
    } catch (error) {
      await this.#fail("start", error);
    }
  }

  async #serve(): Promise<void> {
    const { args, beside, child } = this.#start;
    // All that arguments may hold.
    await this.#load(LIBRARY_URL);
    const values = decode(args, 0, args.length, unpackAll(beside));
    const running = this.#child;
    if (running === undefined) throw this.#failure;
    this.#record.setProcess(running.pid ?? 0);
    const died = running.ended.finally(() => this.#record.setProcess(0));
    this.#connect(running);
    // It may have been asked to before there was anybody to tell.
    if (this.#isAskedToStop) this.#onStop();
    const host = this.#endpoint.wayTo(FIRST_REF, {});
    // Its own word comes before: the process is over when its streams are.
    const ended = Promise.race([
      host.call("ended", []) as Promise<HostedEnd>,
      died.then((end) => endOfProcess(end, this.#outOfMemory)),
    ]);
    // A worker's tasks come one by one.
    const given = child!.runsTasks ? [] : values;
    const served = host.call("start", [this.#hosted(), given])
      .then((isUp) => isUp === true ? this.#onUp(host, values) : undefined);
    const [reason, code, outcome, within] = await Promise.race([
      ended,
      served.then(() => ended),
    ]);
    // What came before is passed on to who waits for it.
    await turn();
    if (within !== undefined) {
      this.#desk.enter(within.doing, within.method, this.#start.parent.name);
    }
    await this.#end(reason, code, outcome);
  }

  #hosted(): HostedStart {
    const { module, declared, child, serve, permissions } = this.#start;
    const { runsTasks } = child!;
    const { name, id, lineage, parent, daemon } = this.#start;
    return {
      module: runsTasks ? RUNNER_URL : module,
      declared: runsTasks ? RUNNER : declared,
      modules: child!.modules,
      traits: runsTasks ? RUNNER_TRAITS : serve?.traits,
      self: serve && unpackHandle(packOwn(this.#start)!),
      permissions,
      name,
      id,
      lineage,
      parent,
      daemon,
      firstId: child!.firstId,
      memory: child!.memory,
    };
  }

  #connect(child: AnyChildProcess): void {
    const carrier = new StreamCarrier(child.stream);
    const endpoint = this.#endpoint = new Endpoint({
      lane: 0,
      send: (frame) => carrier.send(frame),
      accepts: () => false,
      exports: () => true,
    });
    const agent = new AgentSide({
      hears: () => this.#record.hear(),
      outOfMemory: (used) => {
        const { memory } = this.#start.child!;
        this.#outOfMemory = `it took ${used} MB, and may take ${memory}`;
        child.kill();
      },
    });
    endpoint.codec.exports.add("agent", agent);
    carrier.start({
      onFrame: (frame) => endpoint.accept(frame),
      onEnd: (error) => {
        // What came was not to be understood: the actor ends with that.
        if (error !== undefined) this.#fail("go on with", error);
        // Who waits for the actor learns of its end by that of this thread.
        endpoint.abandon(new Error("The process has ended"));
        // It has nobody to talk to any more.
        if (error !== undefined) child.kill();
      },
    });
  }

  #fail(what: string, error: unknown): Promise<void> {
    const failure = new IsolationError(what, this.#start.name, error);
    return this.#end("failed", 1, failure);
  }

  /** The actor is up: it does what it was started for. */
  async #onUp(host: Way, values: unknown): Promise<void> {
    const { declared, parent, serve, child } = this.#start;
    if (child!.runsTasks) {
      this.#setStarted();
      setFunctionSource(hostedFunctions(host));
      await work((values as [WorkerStart])[0]);
      return this.#end("returned", 0, undefined);
    }
    if (serve === undefined) {
      this.#setStarted();
      this.#desk.enter(Doing.handling, declared, parent.name);
      return;
    }
    const server = this.#class = new ClassHost(
      serve,
      serve.traits,
      this.#record,
      this.#desk,
      (error) => {
        // That the actor refused a message is not its end.
        if (!(error instanceof PassedWord)) this.#end("threw", 1, error);
      },
    );
    if (this.#record.stopAsked) server.stop();
    await server.start(agentClass(host, serve.traits), []);
    this.#setStarted();
    await server.serve();
    // It has handled what it had; now it stops itself.
    this.#askToStop(host);
  }

  #setStarted(): void {
    if (this.#record.setStarted()) wakeAllThreads();
  }

  #askToStop({ call }: Pick<Way, "call">, word: "warn" | "stop" = "stop") {
    const { stopReason: reason, stopTimeLeft: grace } = this.#record;
    call(word, [{ reason, grace }]).catch(() => {});
  }

  /** Listens for the word to stop or to end, and for who asks for a sign of life. */
  #attend(): void {
    waitAt([new Callers()], {
      attempt: () => {
        this.#record.links.endIfBroken(ownThread());
        stopIfFenced();
        if (!this.#desk.isAnswered) this.#look();
        if (this.#record.stopAsked && !this.#isAskedToStop) {
          this.#isAskedToStop = true;
          queueMicrotask(() => this.#onStop());
        }
        return false;
      },
      options: undefined,
      late: () => "",
      keepsAlive: false,
    });
  }

  #onStop(): void {
    if (this.#endpoint === undefined) return;
    const host = this.#endpoint.wayTo(FIRST_REF, {});
    if (this.#start.serve === undefined) return this.#askToStop(host);
    // A class first handles what it has.
    this.#askToStop(host, "warn");
    this.#class?.stop();
  }

  /** The actor itself is to give the sign of life. */
  #look(): void {
    if (this.#isLooking || this.#endpoint === undefined) return;
    this.#isLooking = true;
    this.#endpoint.wayTo(FIRST_REF, {}).call("look", []).then(
      () => this.#desk.answer(),
      () => {},
    ).finally(() => this.#isLooking = false);
  }

  /** Ends the process, if it runs; resolves when it is gone. */
  async #kill(): Promise<void> {
    this.#child?.kill();
    await this.#child?.ended.catch(() => {});
  }

  async #end(reason: LeaveReason, code: number, outcome: unknown) {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    // What it had in hand is to be seen by who asks why there is no answer.
    this.#desk.freeze();
    this.#class?.halt();
    // Gone before anybody hears of it, so that it holds nothing any more.
    await this.#kill();
    if (isFenced()) return this.#close();
    const beside: object[] = [];
    let length: number;
    try {
      length = this.#encode(reason, outcome, beside);
    } catch (error) {
      [reason, code] = ["failed", 1];
      length = this.#encoder.encodeLossy(error);
    }
    const { bytes } = this.#encoder;
    const farewell = { reason, code, bytes, length, beside };
    sayFarewell(this.#start, this.#record, farewell);
    this.#close();
  }

  #encode(reason: LeaveReason, outcome: unknown, beside: object[]): number {
    return reason === "returned"
      ? this.#encoder.encode(outcome, beside)
      : this.#encoder.encodeLossy(outcome);
  }
}
