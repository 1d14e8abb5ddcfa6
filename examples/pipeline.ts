// deno run --no-prompt --allow-read=. --allow-write=measurements.csv examples/pipeline.ts
//
// Three actors work on one file at the same time: one reads it, one parses what
// was read, one adds up. Bounded queues stand between them, so that the reader
// cannot run ahead: whatever the size of the file, only a few pieces of it are
// in memory.
//
// Look at `stats`: while they work, any actor can tell how full a queue is and
// who waits. The reader waits for the parser most of the time: that is
// backpressure. And look at the permissions: only one of the three may read the
// file, and none may do anything else.
import { actor, Queue } from "@troupe/troupe";

const FILE = "measurements.csv";
const LINES = 1_000_000;
const PIECE = 64 * 1024; // bytes
const STATIONS = ["Oslo", "Lagos", "Lima", "Quito", "Hanoi", "Perth", "Turin"];

/** How often each station was seen, and the sum of what it measured. */
type Totals = Map<string, { count: number; tenths: number }>;

const read = actor(
  import.meta,
  async function read(path: string, pieces: Queue<Uint8Array<ArrayBuffer>>) {
    using file = await Deno.open(path);
    for (;;) {
      const piece = new Uint8Array(PIECE);
      const length = await file.read(piece);
      if (length === null) break;
      await pieces.put(piece.subarray(0, length));
    }
    pieces.close();
  },
  { permissions: { read: true } },
);

const parse = actor(
  import.meta,
  async function parse(pieces: Queue<Uint8Array>, parts: Queue<Totals>) {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const piece of pieces) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split(
        "\n",
      );
      rest = lines.pop()!;
      const totals: Totals = new Map();
      for (const line of lines) {
        const [station = "", value = ""] = line.split(",");
        add(totals, station, 1, Math.round(Number(value) * 10));
      }
      await parts.put(totals);
    }
    parts.close();
  },
);

const sum = actor(import.meta, async function sum(parts: Queue<Totals>) {
  const totals: Totals = new Map();
  for await (const part of parts) {
    for (const [station, { count, tenths }] of part) {
      add(totals, station, count, tenths);
    }
  }
  return totals;
});

function add(to: Totals, station: string, count: number, tenths: number): void {
  const total = to.get(station);
  if (total === undefined) to.set(station, { count, tenths });
  else {
    total.count += count;
    total.tenths += tenths;
  }
}

/** Writes the file, and gives the sum of all that is in it. */
async function writeMeasurements(): Promise<number> {
  let all = 0;
  using file = await Deno.open(FILE, {
    create: true,
    truncate: true,
    write: true,
  });
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  for (let first = 0; first < LINES; first += 10_000) {
    let text = "";
    for (let n = first; n < first + 10_000; n++) {
      const tenths = (n * 7919) % 600 - 200; // from -20.0 to 39.9 degrees
      all += tenths;
      text += `${STATIONS[n % STATIONS.length]},${tenths / 10}\n`;
    }
    await writer.write(encoder.encode(text));
  }
  return all;
}

if (import.meta.main) {
  const expected = await writeMeasurements();
  const { size } = await Deno.stat(FILE);
  console.log(`${FILE}: ${LINES} lines, ${Math.round(size / 2 ** 20)} MiB`);
  try {
    const pieces = new Queue<Uint8Array<ArrayBuffer>>({ capacity: 8 });
    const parts = new Queue<Totals>({ capacity: 8 });
    const summing = sum.spawn([parts]);
    const parsing = parse.spawn([pieces, parts]);
    const reading = read.spawn([FILE, pieces], {
      permissions: { read: [new URL(`../${FILE}`, import.meta.url)] },
    });

    // Look at the queue while the others work, until the reader is done.
    let looks = 0, fullest = 0, waits = 0;
    while (await reading.join({ timeout: 10 }) === undefined) {
      const { items, waitingProducers } = pieces.stats();
      looks++;
      fullest = Math.max(fullest, items);
      waits += waitingProducers;
    }
    await reading.result();
    await parsing.result();
    const totals = await summing.result();

    const { puts, reserved } = pieces.stats();
    console.log(
      `${puts} pieces went through a queue of 8: never more than ${fullest} ` +
        `in it, ${Math.round(reserved / 1024)} KiB of memory`,
    );
    console.log(
      `the reader waited for the parser in ${waits} of ${looks} looks`,
    );
    let count = 0, tenths = 0;
    for (const [station, total] of [...totals].sort()) {
      const mean = total.tenths / total.count / 10;
      console.log(`${station.padEnd(6)} ${mean.toFixed(1).padStart(5)}`);
      count += total.count;
      tenths += total.tenths;
    }
    const isRight = count === LINES && tenths === expected;
    console.log(
      `${count} lines read, the sum is ${isRight ? "right" : "wrong"}`,
    );
  } finally {
    await Deno.remove(FILE);
  }
}
