/**
 * The `examples` task: runs every example one after another, each with its
 * own documented command, and stops with a failure if one of them failed.
 *
 * @module
 */
import { root } from "./tools/child.ts";
import { findExamples } from "./tools/examples.ts";

const failed: string[] = [];
const examples = await findExamples();
for (const { name, command, args } of examples) {
  console.log(`\n$ ${command ?? `(${name} has no command)`}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    stdin: "null",
  }).spawn().status;
  if (!success) failed.push(name);
}
console.log(
  failed.length === 0
    ? `\n${examples.length} examples ran`
    : `\n${failed.length} of ${examples.length} examples failed: ${
      failed.join(", ")
    }`,
);
if (failed.length > 0 || examples.length === 0) Deno.exit(1);
