/**
 * The `bench` task: Troupe beside its peers. See README.md.
 *
 * @module
 */

import { cases } from "./cases.ts";
import { thisMachine } from "./machine.ts";
import { type CaseResult, measureCase } from "./measure.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import { asJson, caseText, machineText, targetsText } from "./report.ts";
import { judge } from "./targets.ts";

async function main(options: Options): Promise<void> {
  const machine = thisMachine();
  const tell = (text: string) => options.json || console.log(`${text}\n`);
  const chosen = cases.filter(({ name }) =>
    options.only.length === 0 ||
    options.only.some((part) => name.includes(part))
  );
  if (chosen.length === 0) {
    const names = cases.map(({ name }) => `"${name}"`).join(", ");
    throw new UsageError(`Cannot choose cases: there are ${names}`);
  }
  tell(machineText(machine));
  const results: CaseResult[] = [];
  for (const one of chosen) {
    const result = await measureCase(one, options);
    tell(caseText(result));
    results.push(result);
  }
  const judged = judge(results);
  if (options.json) console.log(asJson(machine, results, judged));
  else if (judged.length > 0) tell(targetsText(judged));
}

if (import.meta.main) {
  try {
    const options = readOptions(Deno.args);
    if (options === undefined) console.log(USAGE);
    else await main(options);
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    // A contender that hangs must not keep the program.
    Deno.exit(1);
  }
}
