// Short sections of which one runs at a time.
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Monitor, MONITOR_WORDS } from "../../../channels/locks/monitor.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
} from "../../../channels/threads.ts";

const OWNER = 0;
const CONTENDED = 1 << 31;

function make(): { words: Int32Array; monitor: Monitor; repairs: number[] } {
  const words = new Int32Array(new SharedArrayBuffer(MONITOR_WORDS * 4));
  const repairs: number[] = [];
  const monitor = new Monitor(words, 0, () => repairs.push(words[OWNER]!));
  return { words, monitor, repairs };
}

Deno.test("Monitor.run() gives what the section gives, and is free after it", () => {
  const { words, monitor, repairs } = make();
  assertEquals(monitor.run(() => words[OWNER]), ownThread());
  assertEquals(words[OWNER], 0);
  const failure = new Error("no");
  const thrown = assertThrows(() =>
    monitor.run(() => {
      throw failure;
    })
  );
  assertStrictEquals(thrown, failure);
  assertEquals(words[OWNER], 0);
  assertEquals(repairs, []);
});

Deno.test("after a thread that died in a section the next puts right what it left", () => {
  const { words, monitor, repairs } = make();
  const dead = claimThread();
  releaseThread(dead);
  for (const mark of [0, CONTENDED]) {
    words[OWNER] = dead | mark;
    repairs.length = 0;
    assertEquals(monitor.run(() => repairs.length), 1); // before the section
    assertEquals(repairs, [ownThread() | CONTENDED]); // and within the monitor
    monitor.run(() => {});
    assertEquals(repairs.length, 1);
    assertEquals(words[OWNER]! & ~CONTENDED, 0);
  }
});

Deno.test("a section that its own thread had no stack left to leave is over", () => {
  const { words, monitor, repairs } = make();
  for (const mark of [0, CONTENDED]) {
    words[OWNER] = ownThread() | mark;
    repairs.length = 0;
    assertEquals(monitor.run(() => repairs.length), 1);
    assertEquals(words[OWNER], 0);
  }
});
