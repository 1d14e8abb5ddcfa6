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

/** What the trampoline says over the control port. */
export interface TrampolineMessage {
  /** The thread holds its lock, for the n-th time (it may be stolen). */
  readonly locked?: number;
  /** The host could not be loaded: the text of the error. */
  readonly failed?: string;
  /** The handles in the outcome. */
  readonly beside?: readonly unknown[];
}

/**
 * The URL of the trampoline for a host and a module: the same for all actors of
 * a module, so that what Deno keeps by URL is kept once.
 */
export function trampolineUrl(host: string, module: string): string {
  const source = `
const begun = new Promise((begin) => {
  self.onmessage = ({ data }) => {
    self.onmessage = null;
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
begun.then(async (start) => {
  hold(start, 1);
  try {
    const { run } = await import(${JSON.stringify(host)});
    run(start, () => import(${JSON.stringify(module)}), close);
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
