/** How a child process ended, and what it wrote. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** Whether it was killed because its time was up. */
  timedOut: boolean;
}

export interface ChildOptions {
  /** Milliseconds after which the child is killed. */
  timeout: number;
  cwd?: string | URL;
  env?: Record<string, string>;
}

/**
 * Runs the Deno that runs this program with `args`, without standard input,
 * and collects what it writes.
 */
export async function runDeno(
  args: readonly string[],
  options: ChildOptions,
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd ?? root,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const { code, timedOut } = await statusWithin(child, options.timeout);
  // A grandchild may hold the pipes open for longer than the child lived.
  const late = setTimeout(() => (stdout.cancel(), stderr.cancel()), 2000);
  await Promise.all([stdout.ended, stderr.ended]);
  clearTimeout(late);
  return { code, timedOut, stdout: stdout.text(), stderr: stderr.text() };
}

/** The child's exit code; it is killed, and no other process is, at the end of its time. */
export async function statusWithin(
  child: Deno.ChildProcess,
  timeout: number,
): Promise<{ code: number; timedOut: boolean }> {
  let timedOut = false;
  const timer = setTimeout(() => {
    try {
      child.kill("SIGKILL");
      timedOut = true;
    } catch {
      // It ended by itself just now.
    }
  }, timeout);
  const { code } = await child.status;
  clearTimeout(timer);
  return { code, timedOut };
}

/** The folder of the repository, with a slash at its end. */
export const root: URL = new URL("../../", import.meta.url);

/** Text without the escape sequences that colour it. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
    }
  })();
  return { ended, text: () => text, cancel: () => reader.cancel() };
}
