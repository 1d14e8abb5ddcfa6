// deno run --no-prompt --allow-read=. examples/word_count.ts
//
// The words of five letters and more that this project uses most. Actors take
// file names from one queue and put what they counted into another; they may
// read the project's folder, and nothing else.
//
// Look at `close`: it ends the loop of every reader once the queue is empty.
// `result` gives the error of a reader that failed, where `join` would not.
import { actor, Queue } from "@troupe/troupe";

type Counts = Map<string, number>;

const folder = new URL("../", import.meta.url);

const countWords = actor(
  import.meta,
  async function countWords(files: Queue<string>, results: Queue<Counts>) {
    for await (const file of files) {
      const counts: Counts = new Map();
      const text = await Deno.readTextFile(new URL(file, folder));
      for (const [word] of text.toLowerCase().matchAll(/\p{L}{5,}/gu)) {
        add(counts, word, 1);
      }
      await results.put(counts);
    }
  },
  { permissions: { read: [folder] } },
);

function add(counts: Counts, word: string, count: number): void {
  counts.set(word, (counts.get(word) ?? 0) + count);
}

async function* textFiles(path = ""): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(path, folder))) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory) yield* textFiles(`${path}${entry.name}/`);
    else if (/\.(md|ts)$/.test(entry.name)) yield `${path}${entry.name}`;
  }
}

if (import.meta.main) {
  const files = new Queue<string>();
  const results = new Queue<Counts>();
  const readers = Array.from(
    { length: navigator.hardwareConcurrency },
    () => countWords.spawn([files, results]),
  );
  for await (const file of textFiles()) await files.put(file);
  files.close();
  await Promise.all(readers.map((reader) => reader.result()));
  console.log(`${results.size} files read by ${readers.length} actors`);
  results.close();

  const totals: Counts = new Map();
  for await (const counts of results) {
    for (const [word, count] of counts) add(totals, word, count);
  }
  const top = [...totals].sort(([, a], [, b]) => b - a).slice(0, 10);
  for (const [word, count] of top) console.log(`${word}: ${count}`);
}
