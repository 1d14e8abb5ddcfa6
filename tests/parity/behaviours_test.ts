// What Python and Troupe do, side by side, is as the table says.
import { assertEquals } from "@std/assert";
import { ROWS } from "./rows.ts";
import { python } from "./side_by_side.ts";
import {
  cellOf,
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

/** What Troupe does. It is asked once. */
const inTroupeOnce = () => troupe ??= seenInTroupe();

Deno.test(
  "each behaviour is the same in Python and in Troupe, or is told to differ",
  { ignore },
  async () => {
    const [inPython, inTroupe] = [await seenInPython(), await inTroupeOnce()];
    const numbers = ROWS.map(({ number }) => number).sort();
    assertEquals([...inPython.keys()].sort(), numbers);
    assertEquals([...inTroupe.keys()].sort(), numbers);
    const verdict = (number: string, isSame: boolean) =>
      `${number} ${isSame ? "is the same" : "differs"}`;
    assertEquals(
      ROWS.map(({ number }) =>
        verdict(number, inPython.get(number) === inTroupe.get(number))
      ),
      ROWS.map(({ number, why }) => verdict(number, why === undefined)),
    );
    // Another Python may have other words for the same.
    const { version } = python!;
    if (!table.includes(versionText(version))) return;
    const text = await tableText(version, inPython, inTroupe);
    assertEquals(table, text, "Run `deno task parity`");
  },
);

Deno.test("what Troupe does is in the table, where there is no Python to ask", async () => {
  const rows = table.split("\n");
  for (const [number, seen] of await inTroupeOnce()) {
    const row = rows.find((line) => line.startsWith(`| ${number} `));
    assertEquals(row?.split("|")[4]?.trim(), cellOf(seen), number);
  }
});
