// What Python and Troupe do, side by side, is as the table says.
import { assertEquals } from "@std/assert";
import { ROWS } from "./rows.ts";
import { python } from "./side_by_side.ts";
import {
  cellOf,
  processCell,
  type Seen,
  seenInPython,
  seenInTroupe,
  TABLE,
  tableText,
  versionText,
} from "./table.ts";

const ignore = python === undefined;
const table = Deno.readTextFileSync(TABLE);
let troupe: Promise<Seen> | undefined;
let troupeProcess: Promise<Seen> | undefined;

/** What Troupe does. It is asked once. */
const inTroupeOnce = () => troupe ??= seenInTroupe();

/** What it does where its actors run in processes. It is asked once. */
const inProcessOnce = () => troupeProcess ??= seenInTroupe("process");

const numbers = ROWS.map(({ number }) => number).sort();

function verdict(number: string, isSame: boolean): string {
  return `${number} ${isSame ? "is the same" : "differs"}`;
}

Deno.test(
  "each behaviour is the same in Python and in Troupe, or is told to differ",
  { ignore },
  async () => {
    const [inPython, inTroupe] = [await seenInPython(), await inTroupeOnce()];
    assertEquals([...inPython.keys()].sort(), numbers);
    assertEquals([...inTroupe.keys()].sort(), numbers);
    assertEquals(
      ROWS.map(({ number }) =>
        verdict(number, inPython.get(number) === inTroupe.get(number))
      ),
      ROWS.map(({ number, why }) => verdict(number, why === undefined)),
    );
    // Another Python may have other words for the same.
    const { version } = python!;
    if (!table.includes(versionText(version))) return;
    const inProcess = await inProcessOnce();
    const text = await tableText(version, inPython, inTroupe, inProcess);
    assertEquals(table, text, "Run `deno task parity`");
  },
);

Deno.test("each behaviour is the same with actors in processes, or is told to differ", async () => {
  const [inTroupe, inProcess] = [await inTroupeOnce(), await inProcessOnce()];
  assertEquals([...inProcess.keys()].sort(), numbers);
  assertEquals(
    ROWS.map(({ number }) =>
      verdict(number, inTroupe.get(number) === inProcess.get(number))
    ),
    ROWS.map(({ number, whyInProcess }) =>
      verdict(number, whyInProcess === undefined)
    ),
  );
});

Deno.test("what Troupe does is in the table, where there is no Python to ask", async () => {
  const inProcess = await inProcessOnce();
  const rows = table.split("\n");
  for (const [number, seen] of await inTroupeOnce()) {
    const row = rows.find((line) => line.startsWith(`| ${number} `));
    const cells = row?.split("|").map((cell) => cell.trim());
    assertEquals(cells?.[4], cellOf(seen), number);
    const why = ROWS.find((one) => one.number === number)?.whyInProcess;
    assertEquals(cells?.[6], processCell(inProcess.get(number), why), number);
  }
});
