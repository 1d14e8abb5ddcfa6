"""Starting processes."""

import multiprocessing
import time

TEAM = [f"square-{i}" for i in range(9)]


def greeter(to, id):
    to.send(id)


def member(n):
    if n * n < 0 or multiprocessing.current_process().name != TEAM[n]:
        raise ValueError("wrong name")


class First:
    """Starts a process, waits for its first message, joins it."""

    def __init__(self, context):
        self.context = context

    def run(self, count):
        elapsed = 0.0
        for id in range(count):
            reader, writer = self.context.Pipe(duplex=False)
            start = time.perf_counter()
            process = self.context.Process(target=greeter, args=(writer, id))
            process.start()
            answer = reader.recv()
            elapsed += time.perf_counter() - start
            process.join()
            if answer != id:
                raise ValueError("wrong answer")
        return {"elapsed": elapsed * 1000}

    def close(self):
        pass


class Team(First):
    """Starts a team of named processes and joins all."""

    def run(self, count):
        elapsed = 0.0
        for _ in range(count):
            start = time.perf_counter()
            processes = [
                self.context.Process(target=member, args=(i,), name=name)
                for i, name in enumerate(TEAM)
            ]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            elapsed += time.perf_counter() - start
            if any(process.exitcode != 0 for process in processes):
                raise ValueError("the team is not whole")
        return {"elapsed": elapsed * 1000}
