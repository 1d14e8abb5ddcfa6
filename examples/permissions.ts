// deno run --no-prompt --allow-read=. --allow-net=127.0.0.1 --allow-env=HOME --allow-run=whoami examples/permissions.ts
//
// An actor that may read this folder tries other things as well. All of them
// are refused, though the program itself may do most: what is not listed is not
// handed on. (So nothing is contacted here, and nothing run.)
//
// Look at what each error says: the very text to add to the `permissions`. And
// at the last one: no actor can start another that may do more than itself.
import { actor, PermissionDeniedError } from "@troupe/troupe";

const at = (path: string) => new URL(path, import.meta.url);

const attempts = {
  "read in its folder": () => Deno.readTextFile(at("queue.ts")),
  "read elsewhere": () => Deno.readTextFile(at("../deno.json")),
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port: 80 }),
  "look at HOME": () => Deno.env.get("HOME"),
  "run whoami": () => new Deno.Command("whoami").output(),
  "write": () => Deno.writeTextFile(at("note.txt"), "I was here"),
};

const guest = actor(
  import.meta,
  async function guest(attempt: keyof typeof attempts) {
    await attempts[attempt]();
  },
  { permissions: { read: ["."] } },
);

const courier = actor(import.meta, function courier() {}, {
  permissions: { net: ["127.0.0.1"] },
});

const host = actor(import.meta, async function host() {
  await courier.spawn([], { name: "courier" }).join();
}, { permissions: { read: ["."] } });

if (import.meta.main) {
  for (const attempt of Object.keys(attempts) as (keyof typeof attempts)[]) {
    try {
      await guest.spawn([attempt], { name: "guest" }).result();
      console.log(`${attempt}: done`);
    } catch (error) {
      if (!(error instanceof PermissionDeniedError)) throw error;
      const { grant, message } = error;
      console.log(`${attempt}: refused. ${grant ? `Add ${grant}` : message}`);
    }
  }

  const exit = await host.spawn([], { name: "host" }).join();
  if (exit.reason === "threw") console.log(exit.error.message);
}
