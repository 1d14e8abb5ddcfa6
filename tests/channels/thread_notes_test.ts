// What threads say of themselves, for the others to read.
import { assert, assertEquals, assertLess } from "@std/assert";
import {
  eraseWait,
  MOST_WAITS,
  nameOfThread,
  nameThread,
  nextTurn,
  readWaits,
  type WaitNote,
  writeWait,
} from "../../channels/thread_notes.ts";
import {
  claimThread,
  notesAt,
  ownThread,
  releaseThread,
  ROOT,
  slotNumber,
  SLOTS,
  tableWords,
} from "../../channels/threads.ts";

/** The word of the notes that says whose they are. */
const OF = 0;

const sample: WaitNote = Object.assign(
  { lock: 7, label: 'lock "x"', holder: 99, turn: 3, blocks: true },
  { seen: 4 },
);

/** What of a note every version of it tells. */
function told({ lock, label, holder, turn, blocks }: WaitNote): unknown[] {
  return [lock, label, holder, turn, blocks];
}

Deno.test("a thread that says nothing of itself is called by its number", () => {
  const id = claimThread();
  assertEquals(nameOfThread(id), `thread ${id}`);
  assertEquals(nameOfThread(ROOT), "MainProcess");
  assertEquals(readWaits(id), []);
  releaseThread(id);
});

Deno.test("a name longer than there is room for is cut, and stays well-formed", () => {
  const most = "n".repeat(24);
  const names = [
    ["", ""],
    ["short", "short"],
    [most, most],
    [`${most}n`, `${"n".repeat(23)}…`],
    [`${"n".repeat(22)}😀n`, `${"n".repeat(22)}\ufffd…`],
    ["äöü", "äöü"],
  ] as const;
  try {
    for (const [name, shown] of names) {
      nameThread(name);
      assertEquals(nameOfThread(ownThread()), shown);
    }
  } finally {
    nameThread("MainProcess");
  }
});

Deno.test("a thread tells of several waits, and takes each back by itself", () => {
  const notes = Array.from({ length: MOST_WAITS }, (_, place) => ({
    ...sample,
    lock: place + 1,
    label: `lock "${place}"`,
    turn: place + 10,
    blocks: place === 1,
  }));
  for (const [place, note] of notes.entries()) writeWait(place, note);
  assertEquals(readWaits(ownThread()).map(told), notes.map(told));
  eraseWait(1);
  assertEquals(
    readWaits(ownThread()).map(told),
    [notes[0]!, notes[2]!].map(told),
  );
  writeWait(1, { ...sample, label: "l".repeat(30) });
  assertEquals(readWaits(ownThread())[1]!.label, `${"l".repeat(23)}…`);
  for (const place of notes.keys()) eraseWait(place);
  assertEquals(readWaits(ownThread()), []);
});

Deno.test("saying its name makes a thread's notes its own, with no wait in them", () => {
  writeWait(0, sample);
  nameThread("MainProcess");
  assertEquals(readWaits(ownThread()), []);
});

Deno.test("notes of the thread that had a slot before are not those of the next", () => {
  const before = claimThread();
  const table = tableWords();
  const at = notesAt(before);
  // As the thread itself would have written them.
  writeWait(0, sample);
  table.copyWithin(at, notesAt(ownThread()), notesAt(ownThread()) + 64);
  eraseWait(0);
  table[at + OF] = before;
  assertEquals(readWaits(before).map(told), [told(sample)]);
  releaseThread(before);
  const after = claimThread();
  assertEquals(slotNumber(after), slotNumber(before));
  assertEquals(readWaits(after), []);
  assertEquals(nameOfThread(after), `thread ${after}`);
  releaseThread(after);
});

Deno.test("the notes of all threads lie within the table, each by itself", () => {
  assertEquals(notesAt(1) - notesAt(0), 64);
  assertLess(notesAt(SLOTS - 1) + 63, tableWords().length);
});

Deno.test("the later of two turns is the greater one", () => {
  const first = nextTurn();
  assert(nextTurn() > first);
});
