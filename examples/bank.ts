// deno run --no-prompt --allow-read=. examples/bank.ts
//
// Accounts are actors under a supervisor, and one of them has a bug: each fifth
// deposit kills it. The supervisor starts it anew, the books are in a ledger
// that outlives it, and in the end no money is lost and none is made.
//
// Look at `transfer`: the ask that was under way when the account died rejects,
// so the teller knows, and puts the money back. The handle of the account is
// the same all the time. And look at `credit`: it carries a number, so that
// doing it again after a crash does it once.
import {
  actor,
  type ActorRef,
  type ClassChild,
  Supervisor,
} from "@troupe/troupe";

const START = 1000;
const TRANSFERS = 200;

/** Keeps the books, and does nothing that could go wrong. */
class Ledger {
  readonly #balances = new Map<string, number>();
  readonly #done = new Set<string>();

  /** Books an entry once, however often it is told. */
  book(entry: string, account: string, amount: number): number {
    const balance = this.#balances.get(account) ?? START;
    if (this.#done.has(entry)) return balance;
    if (balance + amount < 0) {
      throw new RangeError(`${account} has no ${-amount}`);
    }
    this.#done.add(entry);
    this.#balances.set(account, balance + amount);
    return balance + amount;
  }

  total(): number {
    return [...this.#balances.values()].reduce((sum, n) => sum + n, 0);
  }
}

/** Does all sorts of things, one of them badly. */
class Account {
  #deposits = 0;
  constructor(
    readonly name: string,
    readonly ledger: ActorRef<Ledger>,
    readonly isFaulty: boolean,
  ) {}

  async debit(entry: string, amount: number): Promise<void> {
    await this.ledger.ask.book(entry, this.name, -amount);
  }

  async credit(entry: string, amount: number): Promise<void> {
    if (this.isFaulty && ++this.#deposits % 5 === 0) Deno.exit(1);
    await this.ledger.ask.book(entry, this.name, amount);
  }
}

const ledger = actor(import.meta, Ledger);
const account = actor(import.meta, Account);

if (import.meta.main) {
  await using bank = new Supervisor({ name: "bank", maxRestarts: Infinity });
  const books = await bank.spawn(ledger, [], { id: "ledger" });
  const names = ["ada", "grace", "edsger"];
  const accounts: ClassChild<Account>[] = [];
  for (const name of names) {
    const faulty = name === "edsger";
    accounts.push(
      await bank.spawn(account, [name, books, faulty], { id: name }),
    );
    await books.ask.book(`open ${name}`, name, 0);
  }

  let failed = 0;
  const transfer = async (n: number) => {
    const from = accounts[n % 3]!, to = accounts[(n + 1) % 3]!;
    // Who is being restarted is waited for: nothing was done yet.
    await from.ask({ whenRestarted: "wait" }).debit(`${n} out`, 1);
    try {
      await to.ask.credit(`${n} in`, 1);
    } catch {
      failed++;
      await from.ask({ whenRestarted: "wait" }).credit(`${n} back`, 1);
    }
  };
  for (let n = 0; n < TRANSFERS; n++) await transfer(n);

  console.log(`${TRANSFERS} transfers, ${failed} failed and were put back`);
  console.log(`edsger was restarted ${accounts[2]!.restarts} times`);
  const total = await books.ask.total();
  console.log(`the total is ${total}, as at the start`);
  if (total !== START * names.length) throw new Error("money was lost or made");
}
