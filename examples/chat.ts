// deno run --no-prompt --allow-read=. --allow-net=127.0.0.1 examples/chat.ts
//
// A chat server on a port of this machine, and three clients that talk. Each
// client is served by an actor of its own, which has no rights at all: it gets
// lines, and gives lines. One client sends what makes its actor crash. It is
// disconnected; the others do not notice.
//
// Look at the room: it knows the actors of the guests by their handles, which
// came in messages. `broadcast` tells them all, and who has ended is simply left
// out.
import {
  actor,
  type ActorRef,
  broadcast,
  type ClassProcess,
  Queue,
} from "@troupe/troupe";

/** Knows who is there, and passes on what is said. */
class Room {
  readonly #guests = new Map<string, ClassProcess<Guest>>();

  enter(name: string, guest: ClassProcess<Guest>): void {
    this.#guests.set(name, guest);
  }

  async say(name: string, text: string): Promise<number> {
    for (const [known, guest] of this.#guests) {
      if (!guest.isAlive()) this.#guests.delete(known);
    }
    await broadcast(this.#guests.values()).hear(`${name}: ${text}`);
    return this.#guests.size;
  }
}

/** Serves one connection. */
class Guest {
  constructor(
    readonly name: string,
    readonly room: ActorRef<Room>,
    readonly lines: Queue<string>,
  ) {}

  async onStart(): Promise<void> {
    await this.room.ask.enter(this.name, guest.current());
  }

  async speak(text: string): Promise<void> {
    if (text.startsWith("{")) text = JSON.parse(text).text;
    await this.room.ask.say(this.name, text);
  }

  async hear(line: string): Promise<void> {
    await this.lines.put(line);
  }
}

const room = actor(import.meta, Room);
const guest = actor(import.meta, Guest);

/** The lines of a connection. */
async function* linesOf(connection: Deno.TcpConn) {
  const text = connection.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const chunk of text) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

const encoder = new TextEncoder();

/** Serves a connection until it or its actor ends. */
async function serve(connection: Deno.TcpConn, hall: ClassProcess<Room>) {
  const incoming = linesOf(connection);
  const name = (await incoming.next()).value as string;
  const lines = new Queue<string>();
  const actor = guest.spawn([name, hall, lines], { name });
  const gone = actor.join().then(({ reason }) => {
    if (reason === "threw") console.log(`${name}'s actor crashed`);
    lines.close();
  });
  const writing = (async () => {
    const writer = connection.writable.getWriter();
    for await (const line of lines) {
      await writer.write(encoder.encode(`${line}\n`));
    }
    await writer.close();
  })();
  await actor.ready();
  await actor.tell.hear("welcome");
  try {
    for await (const line of incoming) await actor.tell.speak(line);
  } catch {
    // The connection broke, or the actor did.
  }
  await actor.stop();
  await Promise.all([gone, writing]);
}

/** A client that says some lines and gives what it heard. */
async function client(port: number, name: string) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const write = (text: string) => connection.write(encoder.encode(`${text}\n`));
  await write(name);
  const heard = linesOf(connection);
  await heard.next(); // welcome
  return { write, heard, close: () => connection.close() };
}

if (import.meta.main) {
  await using hall = room.spawn([], { name: "room" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) all.push(serve(connection, hall));
    await Promise.all(all);
  })();

  const { port } = listener.addr as Deno.NetAddr;
  const ada = await client(port, "ada");
  const bob = await client(port, "bob");
  const eve = await client(port, "eve");

  await ada.write("hello");
  for (const { heard } of [ada, bob, eve]) {
    console.log((await heard.next()).value);
  }
  await eve.write("{ this is no JSON");
  console.log(
    "eve is",
    (await eve.heard.next()).done ? "disconnected" : "there",
  );
  await bob.write("who was that?");
  for (const { heard } of [ada, bob]) console.log((await heard.next()).value);

  ada.close();
  bob.close();
  listener.close();
  await serving;
}
