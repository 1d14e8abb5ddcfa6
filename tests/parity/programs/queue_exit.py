"""Five processes that count, and one that adds up until it is told to end."""
from multiprocessing import Process, Queue


def count(name, subtotals):
    for n in range(1, 4):
        subtotals.put((name, n * 1000))


def add(subtotals, totals):
    found = {}
    while (item := subtotals.get()) != "exit":
        name, subtotal = item
        found[name] = found.get(name, 0) + subtotal
    totals.put(found)


if __name__ == "__main__":
    subtotals, totals = Queue(), Queue()
    reader = Process(target=add, args=(subtotals, totals))
    reader.start()
    counters = [
        Process(target=count, args=(f"counter-{n}", subtotals)) for n in range(5)
    ]
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()
    subtotals.put("exit")
    found = totals.get()
    reader.join()
    for name in sorted(found):
        print(f"{name}: {found[name]}")
    print("in all:", sum(found.values()))
