"""Flows: items from producers to consumers, as fast as they go."""

import time

from items import ITEMS


def ends_of(context, channel):
    if channel == "Pipe":
        reader, writer = context.Pipe(duplex=False)
        return writer, reader
    queue = getattr(context, channel)()
    return queue, queue


def produce(end, kind, order):
    make, _ = ITEMS[kind]
    put = getattr(end, "put", None) or end.send
    for id in range(order["first"], order["first"] + order["count"]):
        put(make(id))
    for _ in range(order["marks"]):
        put(None)


def consume(end, kind, limit):
    _, touch = ITEMS[kind]
    get = getattr(end, "get", None) or end.recv
    count = total = first = 0
    while (item := get()) is not None:
        if count == 0:
            first = time.monotonic()
        total += touch(item)
        count += 1
        if count == limit:
            break
    last = time.monotonic()
    return {"count": count, "sum": total, "first": first * 1000, "last": last * 1000}


def producer(line, end, kind):
    while (order := line.recv()) is not None:
        line.send("ready")
        produce(end, kind, order)
        line.send(None)


def consumer(line, end, kind):
    while (order := line.recv()) is not None:
        line.send("ready")
        line.send(consume(end, kind, order["limit"]))


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


class Between:
    """Items between this program and one other process."""

    def __init__(self, context, channel, kind, role):
        self.here, there = reversed(ends_of(context, channel))
        if role is consumer:
            self.here, there = there, self.here
        self.kind = kind
        self.line, line = context.Pipe()
        args = (line, there, kind)
        self.process = context.Process(target=role, args=args, daemon=True)
        self.process.start()

    def begin(self, count):
        order = {"first": 0, "count": count, "marks": 0, "limit": count}
        self.line.send(order)
        self.line.recv()
        return order

    def close(self):
        self.line.send(None)
        self.process.join()


class To(Between):
    def __init__(self, context, channel, kind):
        super().__init__(context, channel, kind, consumer)

    def run(self, count):
        produce(self.here, self.kind, self.begin(count))
        return [self.line.recv()]


class From(Between):
    def __init__(self, context, channel, kind):
        super().__init__(context, channel, kind, producer)

    def run(self, count):
        self.begin(count)
        report = consume(self.here, self.kind, count)
        self.line.recv()
        return [report]
