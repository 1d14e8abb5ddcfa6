// Messages over the loopback network, where a child can have no descriptor.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  connect,
  LOOPBACK_VARIABLE,
  LoopbackListener,
  loopbackToAgent,
  streamOf,
  withLoopback,
} from "../../../actors/isolation/loopback_carrier.ts";
import { ConnStream } from "../../../actors/isolation/_conn_stream.ts";
import { LoopbackProcess } from "../../../actors/isolation/loopback_process.ts";
import { StreamCarrier } from "../../../actors/isolation/stream_carrier.ts";
import {
  type Frame,
  HEADER,
  payloadOf,
  Tag,
  writeHeader,
} from "../../../channels/remote/frame.ts";
import { soon } from "../../channels/inside.ts";
import { root, runDeno } from "../../tools/child.ts";

const script = new URL("tests/fixtures/loopback_child.ts", root).href;
const parent = new URL("tests/fixtures/loopback_parent.ts", root).href;
const linux = { ignore: Deno.build.os !== "linux" };

function frameOf(number: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload.length);
  writeHeader(bytes, Tag.call, 0, number);
  bytes.set(payload, HEADER);
  return bytes;
}

function textFrame(text: string): Uint8Array<ArrayBuffer> {
  return frameOf(1, new TextEncoder().encode(text));
}

function textOf(frame: Frame): string {
  return new TextDecoder().decode(payloadOf(frame));
}

/** What a carrier tells. */
class Told {
  readonly frames: Frame[] = [];
  readonly carrier: StreamCarrier;
  readonly ended = Promise.withResolvers<Error | undefined>();
  #wanted = 0;
  #here = Promise.withResolvers<void>();

  constructor(carrier: StreamCarrier) {
    this.carrier = carrier;
    carrier.start({
      onFrame: (frame) => {
        this.frames.push(frame);
        if (this.frames.length >= this.#wanted) this.#here.resolve();
      },
      onEnd: (error) => this.ended.resolve(error),
    });
  }

  /** Resolves when so many frames have come. */
  async come(count: number): Promise<Frame[]> {
    this.#wanted = count;
    this.#here = Promise.withResolvers();
    if (this.frames.length < count) await soon(this.#here.promise);
    return this.frames;
  }
}

/** Both sides, within this process. */
function pair(): { agent: Told; child: Told } {
  const listener = new LoopbackListener();
  const connection = connect(listener.port, listener.token);
  return {
    agent: new Told(new StreamCarrier(streamOf(listener))),
    child: new Told(new StreamCarrier(new ConnStream(connection))),
  };
}

/** Ends both sides; each sees the other's end. */
async function end({ agent, child }: ReturnType<typeof pair>): Promise<void> {
  child.carrier.close();
  assertEquals(await soon(agent.ended.promise), undefined);
  agent.carrier.close();
}

/** Connects, says something, and gives all that is answered. */
async function answerTo(port: number, bytes: Uint8Array): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(bytes);
  try {
    const answer = await soon(new Response(connection.readable).bytes());
    return answer.toHex();
  } catch (error) {
    // What was not read of ours ends it so.
    assertInstanceOf(error, Deno.errors.ConnectionReset);
    return "";
  }
}

// --- a pair -----------------------------------------------------------------

Deno.test("frames go both ways, whole and in their order", async () => {
  const both = pair();
  const { agent, child } = both;
  const sizes = [0, 1, 100, 70_000, 3, 2 ** 20, 0, 5];
  for (const side of [agent, child]) {
    sizes.forEach((size, n) =>
      side.carrier.send(frameOf(n, new Uint8Array(size).fill(n)))
    );
  }
  for (const side of [agent, child]) {
    const frames = await side.come(sizes.length);
    assertEquals(frames.map(({ number }) => number), [...sizes.keys()]);
    for (const [n, frame] of frames.entries()) {
      const payload = payloadOf(frame);
      assertEquals(payload.length, sizes[n]);
      assert(payload.every((byte) => byte === n));
    }
  }
  await end(both);
});

Deno.test("what is sent before the other side has connected waits", async () => {
  const listener = new LoopbackListener();
  const agent = new Told(new StreamCarrier(streamOf(listener)));
  agent.carrier.send(textFrame("early"));
  await Promise.resolve();
  const connection = connect(listener.port, listener.token);
  const child = new Told(new StreamCarrier(new ConnStream(connection)));
  assertEquals((await child.come(1)).map(textOf), ["early"]);
  await end({ agent, child });
});

Deno.test("a carrier says when enough waits to be written, and when that is written", async () => {
  const both = pair();
  const { agent, child } = both;
  assertEquals(agent.carrier.drained, undefined);
  for (let n = 0; n < 40; n++) {
    agent.carrier.send(frameOf(n, new Uint8Array(2 ** 20)));
  }
  await Promise.resolve();
  const { drained } = agent.carrier;
  assertInstanceOf(drained, Promise);
  await soon(drained);
  assertEquals(agent.carrier.drained, undefined);
  await child.come(40);
  await end(both);
});

Deno.test("what was sent before the end arrives", async () => {
  const { agent, child } = pair();
  for (let n = 0; n < 20; n++) {
    child.carrier.send(frameOf(n, new Uint8Array(2 ** 18)));
  }
  child.carrier.close();
  assertEquals(await soon(agent.ended.promise), undefined);
  assertEquals(agent.frames.length, 20);
});

Deno.test("bytes that are no frame end both sides, one with an error", async () => {
  const listener = new LoopbackListener();
  const agent = new Told(new StreamCarrier(streamOf(listener)));
  const connection = await connect(listener.port, listener.token);
  await connection.write(new Uint8Array(HEADER).fill(255));
  const error = await soon(agent.ended.promise);
  assertMatch(`${error}`, /^FrameError: Cannot read a frame/);
  assertEquals(await connection.read(new Uint8Array(1)), null);
  connection.close();
});

// --- who is let in ----------------------------------------------------------

Deno.test("who says a wrong token is sent away without a word, and another let in", async () => {
  const listener = new LoopbackListener();
  const { port, token } = listener;
  const said = token.slice(32);
  const last = said.at(-1) === "0" ? "1" : "0";
  for (
    const wrong of [
      "0".repeat(32),
      token.slice(0, 32),
      said.slice(0, -1) + last,
    ]
  ) {
    assertEquals(await answerTo(port, Uint8Array.fromHex(wrong)), "");
  }
  const http = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
  assertEquals(await answerTo(port, http), "");
  const child = await connect(port, token);
  const agent = await soon(listener.connection);
  assert(agent !== undefined);
  child.close();
  agent.close();
});

Deno.test("who says nothing holds nobody up, and is sent away in the end", async () => {
  const listener = new LoopbackListener();
  const { port, token } = listener;
  const silent = await Promise.all(
    Array.from(
      { length: 70 },
      () => Deno.connect({ hostname: "127.0.0.1", port }),
    ),
  );
  await silent[0]!.write(new Uint8Array(3));
  const child = await connect(port, token);
  const agent = await soon(listener.connection);
  for (const one of silent) {
    const ended = one.read(new Uint8Array(1)).catch(() => null);
    assertEquals(await soon(ended), null);
    one.close();
  }
  child.close();
  agent!.close();
});

Deno.test("after the first who knows the token nobody is let in", async () => {
  const listener = new LoopbackListener();
  const { port, token } = listener;
  const child = await connect(port, token);
  const agent = await soon(listener.connection);
  await assertRejects(() => connect(port, token));
  child.close();
  agent!.close();
});

Deno.test("two that know the token at the same time are not both let in", async () => {
  const listener = new LoopbackListener();
  const { port, token } = listener;
  const both = await Promise.allSettled([
    connect(port, token),
    connect(port, token),
  ]);
  const agent = await soon(listener.connection);
  await agent!.write(new Uint8Array([42]));
  let heard = 0;
  for (const one of both) {
    if (one.status === "rejected") continue;
    const count = await soon(
      one.value.read(new Uint8Array(9)).catch(() => null),
    );
    if (count === 1) heard++;
    one.value.close();
  }
  assertEquals(heard, 1);
  agent!.close();
});

Deno.test("the wait for a child ends with a clear error, or with the child", async () => {
  const late = new LoopbackListener({ timeout: 20 });
  const error = await assertRejects(() => soon(late.connection), Error);
  assertEquals(
    error.message,
    "Cannot start actor in a process of its own: it did not connect within 20 ms",
  );
  const carrier = new Told(new StreamCarrier(streamOf(late)));
  assertEquals(await soon(carrier.ended.promise), undefined);
  const closed = new LoopbackListener();
  const { ended } = new Told(new StreamCarrier(streamOf(closed)));
  closed.close();
  assertEquals(await soon(closed.connection), undefined);
  assertEquals(await soon(ended.promise), undefined);
});

Deno.test("a child does not talk to another one than its agent", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const token = "ab".repeat(32);
  const answer = (async () => {
    const one = await listener.accept();
    const bytes = new Uint8Array(16);
    await one.read(bytes);
    // It knows what the child has said, and no more.
    await one.write(bytes.map((byte) => byte ^ 1));
    return one;
  })();
  await assertRejects(() => connect(port, token), Error, "another one answers");
  (await answer).close();
  listener.close();
});

// --- the command ------------------------------------------------------------

Deno.test("withLoopback() adds what a child must know, and two rights", () => {
  const token = "cd".repeat(32);
  const made = (...flags: string[]) => {
    const args = ["run", ...flags, "data:text/javascript,0"];
    const command = { file: "deno", args, env: { A: "1" } };
    const { args: [run, ...rest], env, file } = withLoopback(
      command,
      77,
      token,
    );
    assertEquals([file, run, rest.pop()], ["deno", "run", args.at(-1)]);
    assertEquals(env, { A: "1", [LOOPBACK_VARIABLE]: `77:${token}` });
    assertEquals(command.args, args);
    return rest;
  };
  const net = "127.0.0.1:77";
  assertEquals(made(), [
    `--allow-net=${net}`,
    `--allow-env=${LOOPBACK_VARIABLE}`,
  ]);
  assertEquals(made("--allow-net=a.com,127.0.0.1:0", "--allow-env=B"), [
    `--allow-net=a.com,127.0.0.1:0,${net}`,
    `--allow-env=B,${LOOPBACK_VARIABLE}`,
  ]);
  assertEquals(made("-A"), ["-A"]);
  assertEquals(made("--allow-env", "--allow-net"), [
    "--allow-env",
    "--allow-net",
  ]);
});

Deno.test("a program that was not started as a child has nobody to reach", () => {
  for (const value of [undefined, "", "1:2", `x:${"0".repeat(64)}`]) {
    if (value !== undefined) Deno.env.set(LOOPBACK_VARIABLE, value);
    assertThrows(loopbackToAgent, TypeError, "nothing says where it is");
    assertEquals(Deno.env.get(LOOPBACK_VARIABLE), undefined);
  }
});

// --- a process --------------------------------------------------------------

function commandFor(...args: string[]) {
  const all = ["run", "--no-prompt", "--quiet", "--no-check", ...args];
  return { file: Deno.execPath(), args: all, env: { NO_COLOR: "1" } };
}

Deno.test("a child is reached, and ends with its agent's word", async () => {
  const child = new LoopbackProcess(commandFor(script));
  assert(child.pid! > 0);
  const agent = new Told(new StreamCarrier(child.stream));
  agent.carrier.send(textFrame("there and back"));
  assertEquals((await agent.come(1)).map(textOf), ["there and back"]);
  agent.carrier.close();
  assertEquals(await soon(child.ended), {
    code: 7,
    signal: null,
    outOfMemory: undefined,
  });
  child.kill();
});

Deno.test(
  "a child that is killed ends the carrier without an error",
  linux,
  async () => {
    const child = new LoopbackProcess(commandFor(script));
    const agent = new Told(new StreamCarrier(child.stream));
    agent.carrier.send(textFrame("up?"));
    await agent.come(1);
    // Much is on its way to it then.
    for (let n = 0; n < 20; n++) {
      agent.carrier.send(frameOf(n, new Uint8Array(2 ** 20)));
    }
    await Promise.resolve();
    child.kill();
    assertEquals(await soon(agent.ended.promise), undefined);
    const { code, signal } = await soon(child.ended);
    assertEquals([code, signal], [null, "SIGKILL"]);
  },
);

Deno.test("a child that ends before it has connected ends the carrier", async () => {
  const child = new LoopbackProcess(
    commandFor("data:text/javascript,Deno.exit(3)"),
  );
  const agent = new Told(new StreamCarrier(child.stream));
  agent.carrier.send(textFrame("never"));
  assertEquals((await soon(child.ended)).code, 3);
  assertEquals(await soon(agent.ended.promise), undefined);
});

Deno.test("a child that does not connect in time is ended, and fails its start", async () => {
  const child = new LoopbackProcess(
    commandFor("data:text/javascript,setInterval(()=>{},1000)"),
    { timeout: 50 },
  );
  const agent = new Told(new StreamCarrier(child.stream));
  await assertRejects(
    () => soon(child.ended),
    Error,
    "Cannot start actor in a process of its own: it did not connect within 50 ms",
  );
  assertEquals(await soon(agent.ended.promise), undefined);
});

Deno.test("a program that cannot be started is an error, and leaves nothing open", async () => {
  const command = { ...commandFor(), file: `${Deno.execPath()}-not-there` };
  const child = new LoopbackProcess(command);
  const agent = new Told(new StreamCarrier(child.stream));
  await assertRejects(() => child.ended, Deno.errors.NotFound);
  assertEquals(await soon(agent.ended.promise), undefined);
  child.kill();
});

Deno.test("the right to run Deno, and the loopback network, are all it takes", async () => {
  const { code, stdout, stderr } = await runDeno([
    "run",
    "--no-prompt",
    "--no-check",
    `--allow-run=${Deno.execPath()}`,
    "--allow-read",
    "--allow-net=127.0.0.1",
    parent,
    script,
  ], { timeout: 20_000 });
  assertEquals([code, stdout], [0, "there and back\n7\n"], stderr);
});

Deno.test("a child's token is not in its environment once it has connected", async () => {
  const source = `
    import { LoopbackProcess } from ${
    JSON.stringify(new URL("actors/isolation/loopback_process.ts", root).href)
  };
    import { StreamCarrier } from ${
    JSON.stringify(new URL("actors/isolation/stream_carrier.ts", root).href)
  };
    const args = ["run", "--no-prompt", "--quiet", "--no-check", "--allow-env"];
    const child = new LoopbackProcess({
      file: Deno.execPath(),
      args: [...args, ${JSON.stringify(script)}],
      env: { SEEN: "1", NO_COLOR: "1" },
    });
    const carrier = new StreamCarrier(child.stream);
    carrier.start({ onFrame: () => carrier.close(), onEnd() {} });
    carrier.send(Uint8Array.fromHex(${
    JSON.stringify(textFrame("variables").toHex())
  }));
    await child.ended;`;
  const { stderr } = await runDeno([
    "run",
    "-A",
    "--no-check",
    `data:text/javascript,${encodeURIComponent(source)}`,
  ], { timeout: 20_000 });
  // On some platforms the system adds some of its own.
  const names = stderr.trim().split(/\s+/);
  assert(names.includes("SEEN"), stderr);
  assert(!names.includes(LOOPBACK_VARIABLE), stderr);
});
