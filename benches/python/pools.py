"""Pools of two: many tasks, or the first one of a fresh pool."""

import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2


def add(n):
    return n + 1


class Executor:
    def __init__(self, context):
        self.pool = ProcessPoolExecutor(WORKERS, mp_context=context)

    def submit(self, n):
        return self.pool.submit(add, n).result

    def map(self, items, chunk):
        return list(self.pool.map(add, items, chunksize=chunk))

    def close(self):
        self.pool.shutdown()


class Pool:
    def __init__(self, context):
        self.pool = context.Pool(WORKERS)

    def submit(self, n):
        return self.pool.apply_async(add, (n,)).get

    def map(self, items, chunk):
        return self.pool.map(add, items, chunk)

    def close(self):
        self.pool.close()
        self.pool.join()


def all_at_once(pool, count):
    results = [pool.submit(n) for n in range(count)]
    return sum(result() for result in results)


def one_after_another(pool, count):
    return sum(pool.submit(n)() for n in range(count))


class Tasks:
    """Hands many tasks to a pool, and waits for the result of each."""

    def __init__(self, pool, hand_in):
        self.pool = pool
        self.hand_in = hand_in

    def run(self, count):
        start = time.perf_counter()
        total = self.hand_in(self.pool, count)
        elapsed = time.perf_counter() - start
        if total != count * (count + 1) // 2:
            raise ValueError("wrong results")
        return {"elapsed": elapsed * 1000}

    def close(self):
        self.pool.close()


class Map(Tasks):
    """Maps many items, and collects all results."""

    def run(self, count):
        items = list(range(count))
        start = time.perf_counter()
        results = self.pool.map(items, self.hand_in)
        elapsed = time.perf_counter() - start
        if results != list(range(1, count + 1)):
            raise ValueError("wrong results")
        return {"elapsed": elapsed * 1000}


class First:
    """Makes a pool, waits for its first result, ends it."""

    def __init__(self, make):
        self.make = make

    def run(self, count):
        elapsed = 0.0
        for n in range(count):
            start = time.perf_counter()
            pool = self.make()
            result = pool.submit(n)()
            elapsed += time.perf_counter() - start
            pool.close()
            if result != n + 1:
                raise ValueError("wrong result")
        return {"elapsed": elapsed * 1000}

    def close(self):
        pass


def work(context, name, what, chunk=1):
    kind = {"ProcessPoolExecutor": Executor, "Pool": Pool}[name]
    if what == "first":
        return First(lambda: kind(context))
    if what == "map":
        return Map(kind(context), int(chunk))
    hand_in = {"all": all_at_once, "one": one_after_another}[what]
    return Tasks(kind(context), hand_in)
