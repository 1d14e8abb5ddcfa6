"""Flows: items from producers to consumers, as fast as they go."""

import time

from items import ITEMS


def ends_of(context, channel):
    if channel == "Pipe":
        reader, writer = context.Pipe(duplex=False)
        return writer, reader
    queue = getattr(context, channel)()
    return queue, queue


def producer(line, end, kind):
    make, _ = ITEMS[kind]
    put = getattr(end, "put", None) or end.send
    while (order := line.recv()) is not None:
        line.send("ready")
        for id in range(order["first"], order["first"] + order["count"]):
            put(make(id))
        for _ in range(order["marks"]):
            put(None)
        line.send(None)


def consumer(line, end, kind):
    _, touch = ITEMS[kind]
    get = getattr(end, "get", None) or end.recv
    while (order := line.recv()) is not None:
        line.send("ready")
        limit = order["limit"]
        count = total = first = 0
        while (item := get()) is not None:
            if count == 0:
                first = time.monotonic()
            total += touch(item)
            count += 1
            if count == limit:
                break
        last = time.monotonic()
        line.send(
            {
                "count": count,
                "sum": total,
                "first": first * 1000,
                "last": last * 1000,
            }
        )


class Flow:
    def __init__(self, context, channel, kind, producers, consumers):
        into, out = ends_of(context, channel)
        self.processes = []
        self.consumers = [
            self.start(context, consumer, out, kind) for _ in range(int(consumers))
        ]
        self.producers = [
            self.start(context, producer, into, kind) for _ in range(int(producers))
        ]

    def start(self, context, role, end, kind):
        line, there = context.Pipe()
        process = context.Process(target=role, args=(there, end, kind), daemon=True)
        process.start()
        self.processes.append(process)
        return line

    def run(self, count):
        is_sole = len(self.consumers) == 1
        order = {
            "count": count,
            "marks": 0 if is_sole else len(self.consumers),
            "limit": count * len(self.producers) if is_sole else -1,
        }
        for line in self.consumers:
            line.send(order)
        for line in self.consumers:
            line.recv()
        for i, line in enumerate(self.producers):
            line.send({**order, "first": i * count})
        for line in self.producers:
            line.recv()
        reports = [line.recv() for line in self.consumers]
        for line in self.producers:
            line.recv()
        return reports

    def close(self):
        for line in self.consumers + self.producers:
            line.send(None)
        for process in self.processes:
            process.join()
