// deno run --no-prompt --allow-read=. --allow-write=pictures,thumbnails examples/thumbnails.ts
//
// Scales pictures down, on all cores, and shows on the terminal how far it is.
// The workers may read one folder and write another, and nothing else: a picture
// made to get the better of whoever decodes it would not get far.
//
// Look at `map` with `progress`: it draws a bar where standard error is a
// terminal, and nothing where it is a file. The pictures are drawn first, and
// all is removed in the end.
import { actor, ProcessPool } from "@troupe/troupe";

const pictures = new URL("../pictures/", import.meta.url);
const thumbnails = new URL("../thumbnails/", import.meta.url);

const COUNT = 24, WIDTH = 960, HEIGHT = 640, FACTOR = 8;

const shrink = actor(
  import.meta,
  async function shrink(name: string) {
    const large = await Deno.readFile(new URL(name, pictures));
    const start = large.indexOf(10) + 1; // behind the first line
    const head = new TextDecoder().decode(large.subarray(0, start));
    const [, width = 0, height = 0] = head.split(" ").map(Number);
    const small = picture(width / FACTOR, height / FACTOR, (x, y, colour) => {
      let sum = 0;
      for (let dy = 0; dy < FACTOR; dy++) {
        const row = start + 3 * width * (y * FACTOR + dy) + colour;
        for (let dx = 0; dx < FACTOR; dx++) {
          sum += large[row + 3 * (x * FACTOR + dx)]!;
        }
      }
      return sum / FACTOR ** 2;
    });
    await Deno.writeFile(new URL(name, thumbnails), small);
    return small.length;
  },
  { permissions: { read: [pictures], write: [thumbnails] } },
);

/** A picture in the format PPM; `pixel` gives red (0), green and blue. */
function picture(
  width: number,
  height: number,
  pixel: (x: number, y: number, colour: number) => number,
): Uint8Array {
  const head = new TextEncoder().encode(`P6 ${width} ${height} 255\n`);
  const file = new Uint8Array(head.length + 3 * width * height);
  file.set(head);
  let at = head.length;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) file[at++] = pixel(x, y, c);
    }
  }
  return file;
}

async function drawRings(n: number): Promise<string> {
  const name = `rings_${n}.ppm`;
  const file = picture(WIDTH, HEIGHT, (x, y, colour) => {
    const dx = x - WIDTH * n / COUNT, dy = y - HEIGHT / 2;
    return (dx * dx + dy * dy) / (40 * n) + 80 * colour & 255;
  });
  await Deno.writeFile(new URL(name, pictures), file);
  return name;
}

if (import.meta.main) {
  for (const folder of [pictures, thumbnails]) await Deno.mkdir(folder);
  try {
    const names: string[] = [];
    for (let n = 1; n <= COUNT; n++) names.push(await drawRings(n));

    await using pool = new ProcessPool();
    const start = performance.now();
    const sizes = await pool.map(shrink, names, { progress: true }).toArray();
    const ms = Math.round(performance.now() - start);
    const kib = Math.round(sizes.reduce((sum, size) => sum + size) / 1024);
    console.log(`${sizes.length} thumbnails, ${kib} KiB in all, in ${ms} ms`);
  } finally {
    for (const folder of [pictures, thumbnails]) {
      await Deno.remove(folder, { recursive: true });
    }
  }
}
