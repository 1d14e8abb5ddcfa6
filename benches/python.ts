/**
 * The contenders in Python: `multiprocessing`, run by `python/main.py`.
 *
 * @module
 */

import type { Contender, Runner } from "./contender.ts";
import { elapsed, type Flow } from "./flow.ts";
import type { FlowReport } from "./flow_work.ts";
import type { Heat } from "./trip_work.ts";

/** The Python that takes part. */
export interface Python {
  readonly version: string;
  /** How it can start processes: "fork", "spawn", … */
  readonly methods: readonly string[];
}

const COMMAND = "python3";

const LOOK =
  "import json, multiprocessing, platform; print(json.dumps(dict(version=" +
  "platform.python_version(), methods=multiprocessing.get_all_start_methods())))";

/** Looks for Python. */
async function findPython(): Promise<Python | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(COMMAND, {
      args: ["-c", LOOK],
      stderr: "null",
    }).output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The Python that takes part, if there is one. */
export const python: Python | undefined = await findPython();

/** Fork where it can be had: the fastest, and once started all are alike. */
const usual = python?.methods.includes("fork") ? "fork" : "spawn";

/** Milliseconds a process has to end by itself. */
const GRACE = 5000;

/** One run of `python/main.py`: a line of JSON in, a line out. */
class PythonRun {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  #rest = "";

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(COMMAND, {
      // -B: leaves no compiled modules behind.
      args: ["-B", "main.py", ...args],
      cwd: new URL("python/", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.getReader();
  }

  /** Sends an order and reads the answer. */
  async ask<T>(order: unknown): Promise<T> {
    const line = JSON.stringify(order) + "\n";
    await this.#writer.write(new TextEncoder().encode(line));
    while (!this.#rest.includes("\n")) {
      const { value } = await this.#lines.read();
      if (value === undefined) throw new Error("Python ended too early");
      this.#rest += new TextDecoder().decode(value);
    }
    const [answer, ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return JSON.parse(answer!);
  }

  /** Lets it end, and ends it if it does not. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill(), GRACE);
    await this.#writer.close();
    await this.#lines.cancel();
    await this.#child.status;
    clearTimeout(timer);
  }
}

function contender(
  name: string,
  method: string,
  args: readonly string[],
  run: (python: PythonRun, count: number) => Promise<number>,
): Contender {
  return {
    name: `Python ${name}`,
    missing: python === undefined
      ? `no ${COMMAND} here`
      : python.methods.includes(method)
      ? undefined
      : `no ${method} here`,
    open(): Promise<Runner> {
      const process = new PythonRun([method, ...args]);
      return Promise.resolve({
        run: (count) => run(process, count),
        close: () => process.close(),
      });
    },
  };
}

const askElapsed = async (process: PythonRun, count: number) =>
  (await process.ask<{ elapsed: number }>({ count })).elapsed;

/** Python's contenders for a flow. A pipe joins two, and no more. */
export function pythonFlows(
  { kind, producers, consumers }: Flow,
): Contender[] {
  const channels = producers + consumers === 2
    ? ["Queue", "SimpleQueue", "Pipe"]
    : ["Queue", "SimpleQueue"];
  return channels.map((channel) =>
    contender(
      channel,
      usual,
      ["flow", channel, kind, `${producers}`, `${consumers}`],
      async (process, count) => {
        const share = Math.ceil(count / producers);
        const reports = await process.ask<FlowReport[]>({ count: share });
        return elapsed(reports, share * producers);
      },
    )
  );
}

/** Python's contender for round trips. */
export function pythonTrips(heat: Heat): Contender[] {
  return [contender("Pipe", usual, ["trips", heat], askElapsed)];
}

/** Python's contenders for what is measured by starting processes. */
export function pythonStarts(what: "first" | "team"): Contender[] {
  return ["fork", "spawn"].map((method) =>
    contender(`Process, ${method}`, method, [what], askElapsed)
  );
}
