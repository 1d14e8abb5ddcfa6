/**
 * Processes, and children of supervisors, used from another process.
 *
 * @module
 */

import { type Handle, isHandle, PACK } from "../../channels/handle.ts";
import { ROOT } from "../../channels/threads.ts";
import { relocated } from "../../channels/relocated.ts";
import { SOURCE, type Source } from "../../channels/source.ts";
import {
  argumentsIn,
  optionsWith,
  registerRemote,
  Result,
  type Way,
} from "../../channels/remote/remote_kind.ts";
import {
  type ClassShape,
  type Remote,
  remoteClass,
  WAY,
} from "../../channels/remote/remote_class.ts";
import { THREAD } from "../../channels/until.ts";
import type { WaitOptions } from "../../channels/wait_options.ts";
import type { ActorRef } from "../actor_ref.ts";
import { methodsOf } from "../ask_methods.ts";
import { messageContext } from "../current_message.ts";
import type { Exit } from "../exit.ts";
import { link } from "../link.ts";
import { LINK } from "../far_link.ts";
import type { Process } from "../process.ts";
import { ClassProcessHandle } from "../class_process_handle.ts";
import type { PackedClassProcess } from "../handle_options.ts";
import { ProcessHandle } from "../process_handle.ts";
import { type FarStream, HomeStream } from "./remote_stream.ts";

/** Its exit, as `select` waits for it. */
function exitSource({ [WAY]: way }: Remote): Source<never> {
  let exit: Exit | undefined;
  return {
    places: [],
    take: () =>
      exit === undefined ? undefined : { done: false, value: exit } as never,
    start(look) {
      const ended = new AbortController();
      way.call("join", [{}], ended.signal).then((value) => {
        exit = value as Exit;
        look();
      }, () => {});
      return () => ended.abort();
    },
  };
}

/** What is called of any process, and answered at once. */
const PROCESS_CALLS = ["isAlive", "terminate", "kill"];

const processShape: ClassShape = {
  constant: ["kind", "name", "id", "parentId", "daemon"],
  read: ["exitCode"],
  awaited: { join: 0, result: 0, stop: 0 },
  immediate: PROCESS_CALLS,
  members: {
    ready: async (process: Process, [options], signal) =>
      void await process.ready(optionsWith(signal, options)),
    link: (process: Process, [isTrapped]) => {
      const trapped = Promise.withResolvers<Exit>();
      const trap = isTrapped === true ? trapped.resolve : undefined;
      return new Result("link", { trapped, link: link(process, { trap }) });
    },
  },
  own: {
    ready: {
      async value(this: Remote, options: WaitOptions = {}) {
        const { signal, ...others } = options;
        await this[WAY].call("ready", [others], signal);
        return this;
      },
    },
    [Symbol.asyncDispose]: {
      async value(this: Process) {
        await this.stop();
      },
    },
    [SOURCE]: {
      value(this: Remote) {
        return exitSource(this);
      },
    },
    [THREAD]: {
      get(this: Remote) {
        return this[WAY].fields.thread;
      },
    },
    [LINK]: {
      value(
        this: Remote & Process,
        trap?: (exit: Exit, process: Process) => void,
      ) {
        const { trapped, unlink } = this[WAY].callSync("link", [
          trap !== undefined,
        ]) as FarLink;
        if (trap !== undefined) {
          trapped().then((exit) => trap(exit, this), () => {});
        }
        return { [Symbol.dispose]: unlink };
      },
    },
  },
};

/** A link that is at home. */
interface FarLink {
  trapped(): Promise<Exit>;
  unlink(): void;
}

interface HomeLink {
  readonly trapped: PromiseWithResolvers<Exit>;
  readonly link: Disposable;
}

registerRemote("link", {
  members: {
    trapped: ({ trapped }: HomeLink) => trapped.promise,
    unlink: ({ link }: HomeLink) => link[Symbol.dispose](),
  },
  make: ({ call, callSync }: Way): FarLink => ({
    trapped: () => call("trapped", []) as Promise<Exit>,
    unlink: () => void callSync("unlink", []),
  }),
}, () => false);

/** What asks and tells, at home and elsewhere. */
const askShape: Pick<ClassShape, "members" | "own"> = {
  members: {
    ask(actor: ActorRef<unknown>, [name, args, options], signal) {
      const aborter = new AbortController();
      // The call of a stream is over when that begins; its signal is not.
      const isStream = known(actor).streams?.includes(String(name));
      const given = optionsWith(isStream ? aborter.signal : signal, options);
      const asked = actor.ask(given) as ByName;
      const answer = asked[String(name)]!(...argumentsIn(args));
      if (!isStream) return answer;
      const items = answer as AsyncIterator<unknown>;
      return new Result("stream", new HomeStream(items, aborter));
    },
    tell(actor: ActorRef<unknown>, [name, args, options], signal) {
      const told = actor.tell(optionsWith(signal, options)) as ByName;
      return told[String(name)]!(...argumentsIn(args));
    },
  },
  own: {
    ask: {
      get(this: Remote) {
        return methods(
          this,
          "ask",
          (way, name, args, options) =>
            streamsOf(way).includes(name)
              ? streaming(way, name, args, options)
              : asking(way, "ask", name, args, options),
        );
      },
    },
    tell: {
      get(this: Remote) {
        return methods(
          this,
          "tell",
          (way, name, args, options) =>
            asking(way, "tell", name, args, options),
        );
      },
    },
  },
};

/** Methods that are known by name only. */
type ByName = Readonly<Record<string, (...args: unknown[]) => object>>;

type Use = (
  way: Way,
  name: string,
  args: unknown[],
  options: WaitOptions | undefined,
) => unknown;

function streamsOf({ fields }: Way): readonly string[] {
  return fields.streams as string[];
}

/** The object behind `p.ask` or `p.tell`; made once. */
function methods(remote: Remote, verb: string, use: Use): object {
  const { [WAY]: way } = remote;
  const made = methodsOf(
    verb,
    way.fields.methods as string[],
    (name, options) => (...args: unknown[]) => use(way, name, args, options),
  );
  Object.defineProperty(remote, verb, { value: made });
  return made;
}

/** What is asked for a message waits no longer than its sender does. */
function bounded(options: WaitOptions = {}) {
  const { signal, ...others } = options;
  const timeLeft = messageContext()?.timeLeft ?? Infinity;
  const timeout = Math.min(others.timeout ?? Infinity, timeLeft);
  const rest = timeout === Infinity ? others : { ...others, timeout };
  return { signal, rest };
}

async function asking(
  way: Way,
  verb: string,
  name: string,
  args: unknown[],
  options: WaitOptions | undefined,
): Promise<unknown> {
  const { signal, rest } = bounded(options);
  try {
    return await way.call(verb, [name, args, rest], signal);
  } catch (error) {
    throw relocated(error, ARGUMENTS);
  }
}

/** Begins at its first `next`, as all streams do. */
async function* streaming(
  way: Way,
  name: string,
  args: unknown[],
  options: WaitOptions | undefined,
): AsyncGenerator<unknown> {
  const { signal, rest } = bounded(options);
  signal?.throwIfAborted();
  const asked = way.call("ask", [name, args, rest]);
  const items = await asked.catch((error) => {
    throw relocated(error, ARGUMENTS);
  }) as FarStream;
  const abort = () => items.abort(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return yield* items;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Where the arguments of a method are among those of the call. */
const ARGUMENTS = /^\$\[1\]/;

/** What is known of a handle, beside what it says of itself. */
interface Known {
  readonly thread: number | undefined;
  readonly module: string | undefined;
  readonly declared: string | undefined;
  readonly methods: readonly string[] | undefined;
  readonly streams: readonly string[] | undefined;
}

/** See {@linkcode Known}. */
function known(handle: object): Known {
  const { thread, traits, module, declared } = (handle as Handle)
    [PACK](ROOT, []) as Partial<PackedClassProcess>;
  return {
    thread,
    module,
    declared,
    methods: traits?.methods,
    streams: traits?.streams,
  };
}

/** Registers a kind of handle, with what is known of each. */
function register(
  kind: string,
  prototype: object,
  shape: ClassShape,
  is: (object: object) => boolean,
): void {
  const ways = remoteClass(prototype, shape);
  const fields = (handle: object) => ({
    ...ways.fields!(handle as never),
    ...known(handle),
  });
  registerRemote(kind, { ...ways, fields }, is);
}

register(
  "class process",
  ClassProcessHandle.prototype,
  {
    ...processShape,
    immediate: [...PROCESS_CALLS, "mailboxStats"],
    members: {
      ...processShape.members,
      ...askShape.members,
    },
    own: {
      ...processShape.own,
      ...askShape.own,
    },
  },
  (object) => object instanceof ClassProcessHandle,
);
register(
  "process",
  ProcessHandle.prototype,
  processShape,
  (object) => object instanceof ProcessHandle,
);
register(
  "class child",
  Object.prototype,
  {
    constant: ["kind", "name"],
    immediate: ["isAlive", "mailboxStats"],
    ...askShape,
  },
  (object) =>
    isHandle(object) && "ask" in object &&
    (object as Partial<ActorRef>).kind === "child",
);
