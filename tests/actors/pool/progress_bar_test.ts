// The line that says how far a map has come: what it says, and when it is drawn.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type BarOutput,
  ProgressBar,
  renderBar,
} from "../../../actors/pool/_progress_bar.ts";
import type { Progress } from "../../../actors/pool/progress.ts";
import { plain } from "../../tools/child.ts";

const CHILD_TIMEOUT = 60_000;

function progressOf(given: Partial<Progress> = {}): Progress {
  return {
    done: 37,
    total: 100,
    elapsed: 3000,
    rate: 12.3,
    left: 5100,
    ...given,
  };
}

/** The line without colour. */
function lineOf(given: Partial<Progress>, width = 80): string {
  return renderBar(progressOf(given), { width, colour: false });
}

/** What stands behind the bar. */
function behindBar(given: Partial<Progress>): string {
  return lineOf(given).split("│")[1]!.trim();
}

function countAll(text: string, one: string): number {
  return text.split(one).length - 1;
}

/** A terminal that keeps what is written to it. */
class FakeTerminal implements BarOutput {
  isTerminal = true;
  colour = false;
  width = 40;
  readonly writes: string[] = [];

  write(text: string): void {
    this.writes.push(text);
  }

  /** The lines that one sees; the last one is where the cursor is. */
  get lines(): string[] {
    return linesOf(this.writes.join(""));
  }
}

/** What is left on a terminal on which this was written. */
function linesOf(written: string): string[] {
  return written.replaceAll("\r\n", "\n").split("\n").map((line) =>
    line.split("\r").at(-1)!.replaceAll("\x1b[K", "").trim()
  );
}

Deno.test("renderBar() shows the share, a bar, the count, the rate and the time left", () => {
  assertEquals(
    lineOf({}, 60),
    " 37% ██████▎          │  37/100  12.3/s  6 s left",
  );
});

Deno.test("renderBar() shows the count, the rate and the time where the total is unknown", () => {
  assertEquals(
    lineOf({ total: undefined, left: undefined }),
    "37/?  12.3/s  for 3 s",
  );
});

Deno.test("renderBar() shows at the end how long all has taken, and the rate of the whole", () => {
  const end = { done: 100, rate: 99, left: 0 };
  assertEquals(
    behindBar({ ...end, elapsed: 250 }),
    "100/100  400/s  in 250 ms",
  );
  assertEquals(
    behindBar({ ...end, elapsed: 4000 }),
    "100/100  25.0/s  in 4.0 s",
  );
  assertEquals(
    behindBar({ ...end, elapsed: 50_000 }),
    "100/100  2.00/s  in 50 s",
  );
});

Deno.test("renderBar() draws the bar to an eighth of a column, over the whole of it at the end", () => {
  const bars = [0, 1, 50, 99, 100].map((done) =>
    lineOf({ done }, 60).slice(5, 22)
  );
  assertEquals(bars, [
    "                 ",
    "▏                ",
    "████████▌        ",
    "████████████████▊",
    "█████████████████",
  ]);
});

Deno.test("renderBar() says 100 % only when all is done", () => {
  const total = 1_000_000;
  assertMatch(lineOf({ done: total - 1, total }), /^ 99% .*[^█]│/);
  assertMatch(lineOf({ done: total, total }), /^100% █+│/);
  assertMatch(lineOf({ done: total + 1, total }), /^100% █+│/);
  assertMatch(lineOf({ done: 0, total: 0, rate: 0 }), /^100% █+│ 0\/0 /);
});

Deno.test("renderBar() leaves out a rate and a time that are not known", () => {
  assertEquals(behindBar({ rate: 0, left: undefined }), "37/100");
});

Deno.test("renderBar() keeps the bar's length while the numbers grow", () => {
  const ends = [
    { done: 1, rate: 0.5, left: 3_599_000 },
    { done: 99, rate: 123.4, left: 1 },
    { done: 100, left: 0 },
  ].map((given) => lineOf(given, 60).indexOf("│"));
  assertEquals(new Set(ends).size, 1);
});

Deno.test("renderBar() leaves out the rate, the time, the bar and the count as it gets narrow", () => {
  const widths = [49, 48, 39, 38, 21, 20, 14, 13, 5, 4];
  const shapes = widths.map((width) =>
    lineOf({}, width).replace(/[█▏▎▍▌▋▊▉]+ *│/, "BAR").trim()
  );
  assertEquals(shapes, [
    "37% BAR  37/100  12.3/s  6 s left",
    "37% BAR  37/100  6 s left",
    "37% BAR  37/100  6 s left",
    "37% BAR  37/100",
    "37% BAR  37/100",
    "37%   37/100",
    "37%   37/100",
    "37%",
    "37%",
    "",
  ]);
  const unknown = [33, 32, 15, 14, 5, 4].map((width) =>
    lineOf({ total: undefined }, width)
  );
  assertEquals(unknown, [
    "37/?  12.3/s  for 3 s",
    "37/?  12.3/s",
    "37/?  12.3/s",
    "37/?",
    "37/?",
    "",
  ]);
});

Deno.test("renderBar() never fills the last column, nor wraps, at any width", () => {
  const many = [0, 1, 37, 100, 12_345, Number.MAX_SAFE_INTEGER];
  for (const done of many) {
    for (const total of [...many, undefined]) {
      for (const rate of [0, 1e-9, 0.3, 9999, 1e30]) {
        for (const left of [undefined, 0, 59_999, 3_599_999, 1e30]) {
          const progress = { done, total, elapsed: left ?? 0, rate, left };
          for (let width = 1; width < 100; width += 3) {
            const line = renderBar(progress, { width, colour: false });
            assert(line.length < width, `${line.length} of ${width}: ${line}`);
            for (const control of "\r\n\x1b") assert(!line.includes(control));
          }
        }
      }
    }
  }
});

Deno.test("renderBar() colours the bar, and only where it may", () => {
  for (const width of [10, 40, 60, 80]) {
    const coloured = renderBar(progressOf(), { width, colour: true });
    assertEquals(plain(coloured), lineOf({}, width));
    assertEquals(coloured.includes("\x1b["), coloured.includes("│"));
  }
});

Deno.test("renderBar() tells a rate a second, a minute or an hour, so that it has digits", () => {
  const rates = [1e10, 45_678, 9999, 1234, 99.96, 12.3, 1, 0.5, 0.002, 1e-5]
    .map((rate) => behindBar({ rate }).split("  ")[1]);
  assertEquals(rates, [
    "10.0G/s",
    "45.7k/s",
    "9999/s",
    "1234/s",
    "100/s",
    "12.3/s",
    "1.00/s",
    "30.0/min",
    "7.20/h",
    "0.04/h",
  ]);
});

Deno.test("renderBar() tells a time in the two units that matter", () => {
  const times = [
    1,
    1001,
    59_999,
    61_000,
    3_599_000,
    3_660_000,
    90_000_000,
    1e12,
  ]
    .map((left) => behindBar({ left }).split("  ")[2]);
  assertEquals(times, [
    "1 s left",
    "2 s left",
    "1 min 0 s left",
    "1 min 1 s left",
    "59 min 59 s left",
    "1 h 1 min left",
    "1 d 1 h left",
    "> 9999 d left",
  ]);
});

Deno.test("ProgressBar draws over its line, and ends it with a last drawing", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf({ done: 1, elapsed: 0 }));
  bar.draw(progressOf({ done: 50, elapsed: 500 }));
  assertEquals(terminal.lines.length, 1);
  assertMatch(terminal.lines[0]!, /^50% .* 50\/100/);
  bar.draw(progressOf({ done: 100, elapsed: 501 }));
  bar.end();
  assertEquals(terminal.lines.length, 2);
  assertMatch(terminal.lines[0]!, /^100% .* 100\/100/);
  assertEquals(terminal.lines[1], "");
});

Deno.test("ProgressBar draws at once, and then at most every 100 ms", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  for (let elapsed = 0; elapsed < 1000; elapsed++) {
    bar.draw(progressOf({ done: elapsed, total: 1000, elapsed }));
    if (elapsed === 0) assertEquals(terminal.writes.length, 1);
  }
  assertEquals(terminal.writes.length, 10);
  bar.end();
  assertEquals(terminal.writes.length, 12); // the last drawing, the end
});

Deno.test("ProgressBar clears what a longer line has left", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf());
  const [written] = terminal.writes;
  assert(written!.startsWith("\r") && written!.endsWith("\x1b[K"), written);
  bar.end();
});

Deno.test("ProgressBar goes by the width of each moment", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf({ elapsed: 0 }));
  terminal.width = 10;
  bar.draw(progressOf({ elapsed: 100 }));
  assertEquals(terminal.lines, ["37%"]);
  bar.end();
});

Deno.test("ProgressBar.end() ends the line of what ended early, as far as it came", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf({ done: 36, elapsed: 0 }));
  bar.draw(progressOf({ done: 37, elapsed: 1 }));
  bar.end();
  assertMatch(terminal.lines[0]!, /^37% /);
  assertEquals(terminal.lines[1], "");
});

Deno.test("ProgressBar writes nothing where nothing was told, nor after its end", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.end();
  bar.draw(progressOf());
  bar.end();
  assertEquals(terminal.writes, []);
});

Deno.test("ProgressBar.end() ends one line when it is called twice", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf());
  bar.end();
  bar.end();
  assertEquals(countAll(terminal.writes.join(""), "\n"), 1);
});

Deno.test("ProgressBar writes nothing at all where there is no terminal", () => {
  const terminal = new FakeTerminal();
  terminal.isTerminal = false;
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf());
  bar.end();
  assertEquals(terminal.writes, []);
});

Deno.test("ProgressBar lets the work go on where its output cannot be written", () => {
  const terminal = new FakeTerminal();
  terminal.write = () => {
    throw new Deno.errors.BrokenPipe("gone");
  };
  const bar = new ProgressBar(terminal);
  bar.draw(progressOf());
  bar.end();
});

Deno.test("ProgressBar waits silently for one that is drawn already, then appears", () => {
  const terminal = new FakeTerminal();
  const first = new ProgressBar(terminal);
  const second = new ProgressBar(terminal);
  first.draw(progressOf({ done: 10, elapsed: 0 }));
  second.draw(progressOf({ done: 20, elapsed: 0 }));
  first.draw(progressOf({ done: 11, elapsed: 200 }));
  assertEquals(terminal.lines.length, 1);
  assertMatch(terminal.lines[0]!, /^11% /);
  first.end();
  second.draw(progressOf({ done: 21, elapsed: 1 })); // the first to be seen
  assertMatch(terminal.lines[1]!, /^21% /);
  second.end();
  assertEquals(terminal.lines.length, 3);
});

Deno.test("ProgressBar that had to wait is seen as it is at its end, if the line is free by then", () => {
  const terminal = new FakeTerminal();
  const first = new ProgressBar(terminal);
  const [late, hidden] = [new ProgressBar(terminal), new ProgressBar(terminal)];
  first.draw(progressOf({ done: 10 }));
  late.draw(progressOf({ done: 20 }));
  hidden.draw(progressOf({ done: 30 }));
  hidden.end();
  first.end();
  late.end();
  const shares = terminal.lines.map((line) => line.split(" ")[0]);
  assertEquals(shares, ["10%", "20%", ""]);
});

Deno.test("ProgressBar of another terminal does not wait", () => {
  const terminals = [new FakeTerminal(), new FakeTerminal()];
  const bars = terminals.map((terminal) => new ProgressBar(terminal));
  for (const bar of bars) bar.draw(progressOf());
  for (const terminal of terminals) assertMatch(terminal.lines[0]!, /^37% /);
  for (const bar of bars) bar.end();
});

Deno.test("ProgressBar leaves no listener behind", () => {
  const added: unknown[] = [];
  const { addEventListener, removeEventListener } = globalThis;
  const terminal = new FakeTerminal();
  try {
    globalThis.addEventListener = (type: string) => added.push(type);
    globalThis.removeEventListener = (type: string) =>
      added.splice(added.indexOf(type), 1);
    const bar = new ProgressBar(terminal);
    bar.draw(progressOf());
    assert(added.length > 0);
    bar.end();
  } finally {
    Object.assign(globalThis, { addEventListener, removeEventListener });
  }
  assertEquals(added, []);
});

// On a terminal that is none of ours: `script` of util-linux makes one.
const ignore = !await hasScript();

async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["--version"],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

interface Shell {
  /** What is done before the program starts. */
  before?: string;
  /** What stands behind its call. */
  behind?: string;
}

/** Runs a program, without any right, on a terminal; gives what it wrote there. */
async function onTerminal(
  body: string,
  { before = "stty cols 60", behind = "" }: Shell = {},
): Promise<string> {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  const here = (path: string) => JSON.stringify(import.meta.resolve(path));
  try {
    await Deno.writeTextFile(
      program,
      `import { ProgressBar } from ${
        here("../../../actors/pool/_progress_bar.ts")
      };
      import { ProgressMeter } from ${here("../../../actors/pool/progress.ts")};
      const bar = new ProgressBar();
      const meter = new ProgressMeter(4, (progress) => bar.draw(progress));
      ${body}`,
    );
    const run = `'${Deno.execPath()}' run --no-prompt --no-check '${program}'`;
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", `${before}; ${run} ${behind}`, "/dev/null"],
      env: { NO_COLOR: "" },
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(CHILD_TIMEOUT),
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(program);
  }
}

const ALL_WELL = "meter.advance(1); meter.advance(3); bar.end();";

Deno.test({
  name: "ProgressBar draws on a real terminal, in colour",
  ignore,
  async fn() {
    const written = await onTerminal(ALL_WELL);
    const line = plain(linesOf(written)[0]!);
    assertMatch(line, /^100% █{15,25}│ 4\/4 .* in \d+ ms$/);
    assert(written.includes("\x1b[36m"), written);
  },
});

Deno.test({
  name:
    "ProgressBar is as wide as usual on a terminal that does not know its width",
  ignore,
  async fn() {
    const written = await onTerminal(ALL_WELL, { before: ":" });
    assertMatch(plain(linesOf(written)[0]!), /^100% █{30,40}│ 4\/4 /);
  },
});

Deno.test({
  name: "ProgressBar has no colour on a real terminal where NO_COLOR is set",
  ignore,
  async fn() {
    const before = "stty cols 60; export NO_COLOR=1";
    const written = await onTerminal(ALL_WELL, { before });
    assert(written.includes("100%"), written);
    assert(!written.includes("\x1b[36m"), written);
  },
});

Deno.test({
  name:
    "ProgressBar writes nothing where standard error is no terminal, though output is one",
  ignore,
  async fn() {
    const behind = "2>&1 >/dev/tty | od -c";
    const written = await onTerminal(
      `if (!Deno.stdout.isTerminal()) throw new Error("no terminal");
      ${ALL_WELL}`,
      { behind },
    );
    assertEquals(written.trim(), "0000000"); // the length, and no more
  },
});

Deno.test({
  name: "ProgressBar writes nothing in an actor",
  ignore,
  async fn() {
    const threads = import.meta.resolve("../../../channels/threads.ts");
    const written = await onTerminal(
      `const { joinProgram, threadTable, claimThread } =
        await import(${JSON.stringify(threads)});
      joinProgram(threadTable(), claimThread(), () => {});
      const unseen = new ProgressBar();
      unseen.draw({ done: 1, total: 4, elapsed: 0, rate: 0, left: 0 });
      unseen.end();
      console.log("ended");`,
    );
    assertEquals(written.trim(), "ended");
  },
});

for (
  const [how, body, said] of [
    ["an error that nobody caught", `throw new Error("my fault");`, "my fault"],
    [
      "a rejection that nobody caught",
      `Promise.reject(new Error("my fault"));`,
      "my fault",
    ],
    [
      "Deno.exit()",
      `addEventListener("unload", () => console.error("bye")); Deno.exit(0);`,
      "bye",
    ],
  ] as const
) {
  Deno.test({
    name: `ProgressBar ends its line before ${how} ends the program`,
    ignore,
    async fn() {
      const written = await onTerminal(`meter.advance(1); ${body}`);
      const lines = linesOf(plain(written));
      assertMatch(lines[0]!, /^25% .* 1\/4/);
      assert(!lines[0]!.includes(said), written);
      assert(lines.slice(1).join("\n").includes(said), written);
    },
  });
}
