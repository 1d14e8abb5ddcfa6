"""What Python does: for each behaviour its number and what was seen, as JSON."""
import ctypes
import json
import multiprocessing as mp
import os
import queue
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed, wait

TIME = 20  # s, for what takes a moment
MOMENT = 0.3  # s, for what is to take for ever


def nothing():
    pass


def sleep_on():
    time.sleep(3600)


def leave(code):
    sys.exit(code)


def tell_name(out):
    out.put(mp.current_process().name)


def start_another(out):
    child = mp.Process(target=tell_name, args=(out,))
    child.start()
    child.join()


def append(items):
    items.append(1)


def add(number, times, locks):
    for _ in range(times):
        if locks:
            with number.get_lock():
                number.value += 1
        else:
            number.value += 1


def fail(text):
    raise ValueError(text)


def double(n):
    return 2 * n


def hold(lock, ready):
    lock.acquire()
    ready.set()
    sleep_on()


def take(items):
    items.get()


def put_all(items, count):
    for n in range(count):
        items.put(n)


def put_much(items):
    items.put(b"x" * 10_000_000)


def meet(barrier, out):
    out.put(barrier.wait())


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]


def move(point, sums):
    point.x += 5
    sums[0] += 0.5


def change(text):
    text[0] = b"j"


def note(found):
    found["count"] = 1
    found["list"].append(1)


def send_and_sleep(end):
    end.send("hello")
    sleep_on()


def error_of(work):
    try:
        work()
    except BaseException as error:
        return type(error).__name__
    return "no error"


def run(target, *args):
    process = mp.Process(target=target, args=args)
    process.start()
    process.join(TIME)
    return process


def started(target, *args):
    process = mp.Process(target=target, args=args)
    process.start()
    return process


def end(process):
    process.kill()
    process.join(TIME)


def p1():
    process = mp.Process(target=nothing)
    return [process.is_alive(), process.exitcode]


def p3():
    return error_of(run(nothing).start)


def p5():
    return error_of(mp.Process(target=nothing).terminate)


def p9():
    process = run(nothing)
    process.join()
    return process.exitcode


def p10():
    process = run(nothing)
    return [process.exitcode, process.is_alive()]


def p12():
    return run(leave, 7).exitcode


def p15():
    process = run(nothing)
    process.terminate()
    return process.exitcode


def p16():
    process = started(sleep_on)
    while_alive = len(mp.active_children())
    process.terminate()
    process.join()
    return [while_alive, len(mp.active_children()), process.exitcode]


def p20():
    return mp.parent_process()


def n1():
    first, second = mp.Process(target=nothing), mp.Process(target=nothing)
    second.start()
    second.join()
    number = int(first.name.split("-")[1])
    return [first.name == f"Process-{number}", second.name == f"Process-{number + 1}"]


def n2():
    out = mp.Queue()
    parent = run(start_another, out)
    return out.get(timeout=TIME) == f"{parent.name}:1"


def e4():
    with ProcessPoolExecutor(1) as pool:
        running = pool.submit(time.sleep, MOMENT)
        while not running.running():
            time.sleep(0.001)
        pending = [pool.submit(double, n) for n in range(8)]
        last = pending[-1]
        return [running.cancel(), last.cancel(), last.cancel(), last.cancelled()]


def e9():
    with ProcessPoolExecutor(1) as pool:
        error = pool.submit(fail, "no").exception()
        return [type(error).__name__, str(error)]


def e14():
    return error_of(lambda: ProcessPoolExecutor(0))


def e23():
    with ProcessPoolExecutor(1) as pool:
        died = pool.submit(os._exit, 3)
        error = type(died.exception()).__name__
        later = error_of(lambda: pool.submit(double, 2).result())
        return [error, later]


def a3():
    with ProcessPoolExecutor(2) as pool:
        futures = [pool.submit(double, 1), pool.submit(double, 2)]
        wait(futures)
        futures.append(pool.submit(time.sleep, 2 * MOMENT))
        try:
            for _ in as_completed(futures, timeout=MOMENT / 2):
                pass
        except TimeoutError as error:
            return str(error)


def s1():
    items = []
    run(append, items)
    return len(items)


def s5():
    number = mp.Value("i", 2**31 - 1)
    number.value += 1
    return number.value


def s6():
    return error_of(lambda: mp.Value("i", "text"))


def s8():
    text = mp.Array("c", b"hello")
    run(change, text)
    return text.value.decode()


def s11():
    number = mp.Value("i", 0)
    adders = [started(add, number, 1000, True) for _ in range(4)]
    for adder in adders:
        adder.join()
    return number.value


def s12():
    point, sums = mp.Value(Point, 1, 2), mp.Array("d", 2)
    run(move, point, sums)
    return [point.x, point.y, sums[0]]


def s15():
    lock = mp.RLock()
    return [lock.acquire(block=False), lock.acquire(block=False)]


def s16():
    semaphore = mp.Semaphore(1)
    semaphore.acquire()
    try:
        return str(semaphore.acquire(timeout=0.05))
    except Exception as error:
        return type(error).__name__


def s21():
    barrier, out = mp.Barrier(3), mp.Queue()
    parties = [started(meet, barrier, out) for _ in range(3)]
    indexes = sorted(out.get(timeout=TIME) for _ in parties)
    for party in parties:
        party.join()
    return indexes


def s23():
    with mp.Manager() as manager:
        found = manager.dict({"list": []})
        run(note, found)
        return [found["count"], len(found["list"])]


def s25():
    lock, ready = mp.Lock(), mp.Event()
    holder = started(hold, lock, ready)
    ready.wait(TIME)
    end(holder)
    return "acquired" if lock.acquire(timeout=MOMENT) else "held for ever"


def q1():
    items = mp.Queue()
    producer = started(put_all, items, 100)
    found = [items.get(timeout=TIME) for _ in range(100)]
    producer.join()
    return found == list(range(100))


def q4():
    try:
        mp.Queue().get(timeout=0.05)
    except queue.Empty as error:
        return type(error).__name__


def q14():
    items = mp.Queue()
    saved = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        refused = error_of(lambda: items.put(lambda: 1))
        items.put("next")
        return [refused, items.get(timeout=TIME)]
    finally:
        os.dup2(saved, 2)


def q16():
    items = mp.Queue()
    items.put("early")
    taker = started(take, items)
    taker.join(TIME)
    return taker.exitcode


def q17():
    items = mp.Queue()
    consumer = started(take, items)
    time.sleep(MOMENT)
    end(consumer)
    items.put("for another")
    try:
        return items.get(timeout=MOMENT)
    except queue.Empty:
        return "lost"


def x1():
    items = mp.Queue()
    producer = started(put_much, items)
    producer.join(2 * MOMENT)
    joined = not producer.is_alive()
    size = len(items.get(timeout=TIME))
    producer.join()
    return ["joined" if joined else "waits for a reader", size]


def x2():
    return "yes" if hasattr(mp.Queue(), "shutdown") else "no"


def c7():
    here, there = mp.Pipe()
    there.close()
    return error_of(lambda: here.send("hello"))


def c8():
    here, _ = mp.Pipe()
    here.close()
    return error_of(lambda: here.send("hello"))


def c10():
    here, there = mp.Pipe()
    there.close()
    return here.poll()


def c22():
    here, there = mp.Pipe()
    sender = started(send_and_sleep, there)
    there.close()
    first = here.recv()
    end(sender)
    return [first, error_of(here.recv)]


PROBES = {name.upper(): probe for name, probe in list(globals().items())
          if name[1:].isdigit() and callable(probe)}

if __name__ == "__main__":
    for number, probe in PROBES.items():
        print(json.dumps([number, probe()]), flush=True)
