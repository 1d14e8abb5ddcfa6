"""Round trips: one side asks, the other answers with what it got."""

import time

REST = 0.001


def answer(end):
    while (n := end.recv()) is not None:
        end.send(n)


def ask(end, trips):
    for n in range(trips):
        end.send(n)
        if end.recv() != n:
            raise ValueError("wrong answer")


def asker(line, end, heat):
    while (count := line.recv()) is not None:
        bursts, trips, rest = (1, count, 0) if heat == "hot" else (count, 1, REST)
        elapsed = 0.0
        for _ in range(bursts):
            if rest > 0:
                time.sleep(rest)
            start = time.perf_counter()
            ask(end, trips)
            elapsed += time.perf_counter() - start
        line.send(elapsed * 1000)
    end.send(None)


class To:
    """Round trips between this program and one other process."""

    def __init__(self, context):
        self.end, there = context.Pipe()
        self.process = context.Process(target=answer, args=(there,), daemon=True)
        self.process.start()

    def run(self, count):
        start = time.perf_counter()
        ask(self.end, count)
        return {"elapsed": (time.perf_counter() - start) * 1000}

    def close(self):
        self.end.send(None)
        self.process.join()


class Trips:
    def __init__(self, context, heat):
        self.line, there = context.Pipe()
        one, other = context.Pipe()
        self.processes = [
            context.Process(target=asker, args=(there, one, heat), daemon=True),
            context.Process(target=answer, args=(other,), daemon=True),
        ]
        for process in self.processes:
            process.start()

    def run(self, count):
        self.line.send(count)
        return {"elapsed": self.line.recv()}

    def close(self):
        self.line.send(None)
        for process in self.processes:
            process.join()
