/**
 * The first module of an actor's thread.
 *
 * A `data:` module, for what it may do: its *literal* `import()`s are checked
 * against the rights of the thread that starts the actor, not against the
 * actor's own. So an actor without any right still gets its code. They are
 * dynamic all the same, so that an error in the user's module can be caught.
 *
 * Until the host is loaded nobody else can act, so the trampoline does what
 * cannot wait: it listens for the start message at once (one that comes before
 * there is a listener is lost) and takes the lock by which the parent learns
 * that the thread is gone.
 *
 * ```text
 *   parent                              actor's thread
 *     │── new Worker(data:…) ─────────────▶│ onmessage, at once
 *     │── { port, …start } ───────────────▶│ request lock
 *     │◀───────────── port: { locked: 1 } ─│ import host ─ import user's module
 *     │ request the same lock              │ run
 *     │◀─ record, thread table: left ──────│ close
 *     │◀─ lock granted: the thread is gone ┘
 * ```
 *
 * @module
 */

import type { ChildStart } from "./isolation/child_protocol.ts";
import { isOwnModule, LIBRARY_URL } from "./library_url.ts";

/** What the trampoline says over the control port. */
export interface TrampolineMessage {
  /** The thread holds its lock, for the n-th time (it may be stolen). */
  readonly locked?: number;
  /** The host could not be loaded: the text of the error. */
  readonly failed?: string;
  /** The handles in the outcome. */
  readonly beside?: readonly unknown[];
}

/** What a trampoline is made for. */
export interface TrampolineSpec {
  /**
   * The module that begins what takes long, while the host is loaded: it exports
   * a function `begin`. What that gives for the actor's `child` the host gets.
   */
  readonly early?: string | undefined;
  /** The module that runs an actor. */
  readonly host: string;
  /** The modules that it may load: none, until it is told to. */
  readonly modules: readonly string[];
  /** Whether it waits for an actor to come: then it loads what all need. */
  readonly isSpare?: boolean;
}

/** Where a spare says what it does, in a word of shared memory. */
export const SpareState = {
  /** It loads what all actors need. */
  loading: 0,
  /** It waits to be taken. */
  warm: 1,
  /** It was taken: a start message will come. */
  taken: 2,
  /** It waited for too long, and has gone. */
  gone: 3,
} as const;

/** What a spare is told when it is made. */
export interface SpareMessage {
  /** Whether it is to go: it is of no use any more. */
  readonly isOver?: boolean;
  /** What its module `early` is to begin with. */
  readonly child?: ChildStart | undefined;
  /** The memory of the word that holds its state. */
  readonly state?: SharedArrayBuffer;
  /** After how long without being taken it goes, in ms. */
  readonly patience?: number;
}

/**
 * The URL of the trampoline for a host and the modules of actors: the same for
 * all that are started for the same, so that what Deno keeps by URL is kept
 * once.
 */
export function trampolineUrl(
  { host, early, modules, isSpare = false }: TrampolineSpec,
): string {
  const quoted = (url: string) => JSON.stringify(url);
  const source = `
${
    isSpare
      ? awaitActor([host, LIBRARY_URL, ...modules.filter(isOwnModule)])
      : "const stay = () => {}, early = undefined;"
  }
let seed;
const sow = ({ child }) => {
  if (child === undefined) return;
  seed ??= ${
    early === undefined
      ? "undefined"
      : `import(${quoted(early)}).then(({ begin }) => begin(child)).then(` +
        "(begun) => ({ begun }), (error) => ({ error }))"
  };
};
const begun = new Promise((begin) => {
  self.onmessage = ({ data }) => {
    if (data.port === undefined) return wait(data);
    self.onmessage = null;
    stay();
    begin(data);
  };
});
const close = self.close.bind(self);
const request = navigator.locks.request.bind(navigator.locks);
const hold = ({ lock, port }, count) =>
  request(lock, () => {
    port.postMessage({ locked: count });
    return new Promise(() => {});
  }).catch(() => hold({ lock, port }, count + 1));
const loads = {
  ${modules.map((url) => `${quoted(url)}: () => import(${quoted(url)})`)}
};
begun.then(async (start) => {
  sow(start);
  hold(start, 1);
  try {
    /* Before the host, which is loaded while the seed grows. */
    const grown = await seed;
    const { run } = early ?? await import(${quoted(host)});
    run(start, (module) => loads[module](), close, grown);
  } catch (error) {
    start.port.postMessage({ failed: String(error?.message ?? error) });
    close();
  }
});
`;
  // One line, since Deno prints the whole URL when it checks types.
  const line = source.replaceAll(/\s*\n\s*/g, " ").trim();
  return `data:text/javascript,${encodeURIComponent(line)}`;
}

/**
 * The part of a spare alone. It goes by a timer of its own: one of the thread
 * that made it would be in the way of who looks for timers left behind. That it
 * goes and that it is taken exclude each other by one compare-and-set.
 */
function awaitActor(early: readonly string[]): string {
  const { loading, warm, gone } = SpareState;
  return `
let timer, early;
const stay = () => clearTimeout(timer);
/* A process that was begun ends first, with all that it has opened here. */
const go = () =>
  Promise.resolve(seed).then((grown) => {
    grown?.begun?.kill();
    return grown?.begun?.ended;
  }).catch(() => {}).then(() => self.close());
const wait = ({ state, patience, child, isOver }) => {
  if (isOver) return go();
  sow({ child });
  const word = new Int32Array(state);
  timer = setTimeout(() => {
    const seen = Atomics.load(word, 0);
    if (seen !== ${loading} && seen !== ${warm}) return;
    if (Atomics.compareExchange(word, 0, seen, ${gone}) === seen) go();
  }, patience);
  /* The host first: to import it again would take most of a ms. */
  Promise.all([${early.map((url) => `import(${JSON.stringify(url)})`)}]).then(
    ([host]) => {
      early = host;
      Atomics.compareExchange(word, 0, ${loading}, ${warm});
    },
    () => {},
  );
};
`;
}
