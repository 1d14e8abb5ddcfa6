"""Increments: one number that processes count up under its lock."""

import time


def incrementer(line, number):
    while (count := line.recv()) is not None:
        line.send("ready")
        first = time.monotonic()
        for _ in range(count):
            with number.get_lock():
                number.value += 1
        line.send((first, time.monotonic()))


class Increments:
    def __init__(self, context, processes):
        self.number = context.Value("i", 0)
        self.lines = []
        self.processes = []
        for _ in range(int(processes)):
            line, there = context.Pipe()
            process = context.Process(
                target=incrementer, args=(there, self.number), daemon=True
            )
            process.start()
            self.lines.append(line)
            self.processes.append(process)

    def run(self, count):
        share = -(-count // len(self.lines))
        total = share * len(self.lines)
        self.number.value = 0
        for line in self.lines:
            line.send(share)
        for line in self.lines:
            line.recv()
        firsts, lasts = zip(*(line.recv() for line in self.lines))
        if self.number.value != total:
            raise ValueError("wrong sum")
        return {"elapsed": (max(lasts) - min(firsts)) * 1000 * count / total}

    def close(self):
        for line in self.lines:
            line.send(None)
        for process in self.processes:
            process.join()
