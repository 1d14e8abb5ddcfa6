// How far a map has come, by a clock that is set by hand.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { type Progress, ProgressMeter } from "../../../actors/pool/progress.ts";

/** A meter, its clock in ms, and what it told. */
function meterOf(total: number | undefined) {
  const clock = { now: 1000 };
  const told: Progress[] = [];
  const meter = new ProgressMeter(
    total,
    (progress) => told.push(progress),
    () => clock.now,
  );
  /** Lets some time pass, then some items be done. */
  const after = (ms: number, count = 1): Progress => {
    clock.now += ms;
    meter.advance(count);
    return told.at(-1)!;
  };
  return { meter, clock, told, after };
}

Deno.test("ProgressMeter.advance() tells the sum, the total and the time since its start", () => {
  const { told, after } = meterOf(10);
  after(50, 3);
  after(150, 4);
  assertEquals(
    told.map(({ done, total, elapsed }) => ({ done, total, elapsed })),
    [{ done: 3, total: 10, elapsed: 50 }, { done: 7, total: 10, elapsed: 200 }],
  );
});

Deno.test("ProgressMeter tells nothing before the first item", () => {
  assertEquals(meterOf(10).told, []);
});

Deno.test("ProgressMeter tells the rate, in items a second, from the first item on", () => {
  const { after } = meterOf(1000);
  for (let n = 0; n < 100; n++) {
    assertAlmostEquals(after(250, 5).rate, 20, 1e-6);
  }
});

Deno.test("ProgressMeter has no rate, and so no time left, before any time has passed", () => {
  const { after } = meterOf(10);
  const { rate, left } = after(0, 5);
  assertEquals({ rate, left }, { rate: 0, left: undefined });
});

Deno.test("ProgressMeter forgets a slow start: the rate is that of late", () => {
  const { after } = meterOf(undefined);
  for (let n = 0; n < 100; n++) after(1000); // 1 a second
  let last = after(10);
  for (let n = 0; n < 2000; n++) last = after(10); // 100 a second, for 20 s
  assert(last.rate > 90 && last.rate <= 100, `${last.rate}`);
  const overall = last.done * 1000 / last.elapsed;
  assert(overall < 20, `${overall}`);
});

Deno.test("ProgressMeter sees that it has become slow", () => {
  const { after } = meterOf(undefined);
  for (let n = 0; n < 2000; n++) after(10); // 100 a second
  let last = after(1000);
  for (let n = 0; n < 60; n++) last = after(1000); // 1 a second
  assert(last.rate >= 1 && last.rate < 1.5, `${last.rate}`);
});

Deno.test("ProgressMeter takes results that come in bursts, one a worker, for what they are", () => {
  const { after } = meterOf(undefined);
  for (let burst = 0; burst < 50; burst++) {
    for (const ms of [19_998, 1, 1, 0]) {
      const { rate } = after(ms);
      // 4 in 20 s; in the middle of a burst the rest of it is missing.
      if (burst > 0) assert(rate > 0.1 && rate < 0.201, `${rate}`);
    }
  }
  assertAlmostEquals(after(19_998, 4).rate, 0.2, 0.005);
});

Deno.test("ProgressMeter averages over rare results: its rate is not that of the last gap", () => {
  const { after } = meterOf(undefined);
  for (let n = 0; n < 50; n++) {
    // Once in 20 s on the whole; once in 10 s or in 30 s by the last gap.
    for (const ms of [10_000, 30_000]) {
      const { rate } = after(ms);
      if (n > 5) assertAlmostEquals(rate, 0.05, 0.005);
    }
  }
});

Deno.test("ProgressMeter tells how long the rest takes at that rate, and 0 when all is done", () => {
  const { after } = meterOf(10);
  assertAlmostEquals(after(500, 5).left!, 500, 1e-6);
  assertAlmostEquals(after(400, 4).left!, 100, 1e-6);
  assertEquals(after(100).left, 0);
});

Deno.test("ProgressMeter has no time left where the total is unknown", () => {
  const { total, left } = meterOf(undefined).after(500, 5);
  assertEquals({ total, left }, { total: undefined, left: undefined });
});

Deno.test("ProgressMeter goes on counting beyond the total, with nothing left", () => {
  const { done, total, left } = meterOf(3).after(100, 4);
  assertEquals({ done, total, left }, { done: 4, total: 3, left: 0 });
});

Deno.test("ProgressMeter.end() tells the total that was unknown until then, once", () => {
  const { meter, clock, told, after } = meterOf(undefined);
  after(100, 7);
  clock.now += 50;
  meter.end();
  meter.end();
  assertEquals(told.length, 2);
  const { done, total, elapsed, left } = told[1]!;
  assertEquals({ done, total, elapsed, left }, {
    done: 7,
    total: 7,
    elapsed: 150,
    left: 0,
  });
});

Deno.test("ProgressMeter.end() tells of fewer items than were announced", () => {
  const { meter, told, after } = meterOf(9);
  after(100, 7);
  meter.end();
  assertEquals(told.at(-1)!.total, 7);
});

Deno.test("ProgressMeter.end() says nothing that is known: the last item told it", () => {
  const { meter, told, after } = meterOf(7);
  after(100, 7);
  meter.end();
  assertEquals(told.length, 1);
});

Deno.test("ProgressMeter tells that there was nothing to do where that was unknown", () => {
  const { meter, told } = meterOf(undefined);
  meter.end();
  assertEquals(told, [{ done: 0, total: 0, elapsed: 0, rate: 0, left: 0 }]);
});

Deno.test("ProgressMeter.advance() throws what the sink throws, and has counted", () => {
  let told = 0;
  const meter = new ProgressMeter(undefined, ({ done }) => {
    told = done;
    if (done === 1) throw new Error("no ears");
  });
  assertThrows(() => meter.advance(1), Error, "no ears");
  meter.advance(1);
  assertEquals(told, 2);
});

Deno.test("ProgressMeter goes by the clock that never goes back where it is given none", () => {
  let elapsed = NaN;
  const before = performance.now();
  const meter = new ProgressMeter(1, (progress) => elapsed = progress.elapsed);
  meter.advance(1);
  const most = performance.now() - before;
  assert(elapsed >= 0 && elapsed <= most, `${elapsed} of ${most}`);
});
