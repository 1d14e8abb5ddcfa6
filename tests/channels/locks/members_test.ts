// The records of what each thread has, and what becomes of those of the dead.
import { assertEquals, assertNotEquals } from "@std/assert";
import { Members, memberWords } from "../../../channels/locks/members.ts";
import {
  claimThread,
  ownThread,
  releaseThread,
  slotNumber,
} from "../../../channels/threads.ts";

const AT = 3;

function make(): { words: Int32Array<SharedArrayBuffer>; members: Members } {
  const size = (AT + memberWords(2)) * 4;
  const words = new Int32Array(new SharedArrayBuffer(size));
  return { words, members: new Members(words, AT, 2) };
}

/** The threads that have records, with their fields. */
function list(words: Int32Array, members: Members): number[][] {
  const found: number[][] = [];
  members.each((at, thread) =>
    found.push([thread, words[at]!, words[at + 1]!])
  );
  return found;
}

Deno.test("Members.own() gives this thread one record, of zeros at first", () => {
  const { words, members } = make();
  const own = ownThread();
  assertEquals(members.find(own), -1);
  const at = members.own();
  assertEquals([words[at], words[at + 1]], [0, 0]);
  words[at] = 5;
  assertEquals([members.own(), members.find(own)], [at, at]);
  assertEquals(list(words, members), [[own, 5, 0]]);
  assertEquals([...words.subarray(0, AT)], [0, 0, 0]);
});

Deno.test("Members.sweep() shows the records of the dead once, and no others", () => {
  const { words, members } = make();
  const own = ownThread();
  const [one, two] = [claimThread(), claimThread()];
  for (const [n, id] of [own, one, two].entries()) {
    words[members.enroll(id) + 1] = n + 1;
  }
  assertEquals(list(words, members).length, 3);
  releaseThread(one);
  // Until somebody sweeps, what it had can be seen.
  assertEquals(list(words, members).length, 3);
  const swept: number[][] = [];
  const sweep = () =>
    members.sweep((at, thread) => swept.push([thread, words[at + 1]!]));
  sweep();
  sweep();
  assertEquals(swept, [[one, 2]]);
  assertEquals(members.find(one), -1);
  assertEquals(list(words, members).map(([id]) => id), [own, two]);
  releaseThread(two);
});

Deno.test("the next thread in a slot does not have what the one before had", () => {
  const { words, members } = make();
  const before = claimThread();
  words[members.enroll(before)] = 7;
  releaseThread(before);
  const after = claimThread();
  assertEquals(slotNumber(after), slotNumber(before));
  assertNotEquals(after, before);
  assertEquals(members.find(after), -1);
  let left = 0;
  members.sweep((at) => left += words[at]!);
  assertEquals(left, 7);
  const at = members.enroll(after);
  assertEquals([words[at], words[at + 1]], [0, 0]);
  releaseThread(after);
});

Deno.test("each thread's record lies by itself", () => {
  const { words, members } = make();
  const ids = Array.from({ length: 5 }, claimThread);
  for (const [n, id] of ids.entries()) {
    words.fill(n + 1, members.enroll(id), members.find(id) + 2);
  }
  assertEquals(
    list(words, members).sort(([a], [b]) => a! - b!),
    ids.map((id, n) => [id, n + 1, n + 1]).sort(([a], [b]) => a! - b!),
  );
  for (const id of ids) releaseThread(id);
});
