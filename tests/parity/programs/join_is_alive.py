"""One process that ends by itself, and one that is ended."""
import time
from multiprocessing import Process


def sleep(ms):
    time.sleep(ms / 1000)


if __name__ == "__main__":
    nap = Process(target=sleep, args=(100,), name="nap")
    print(nap.name, "made:", nap.is_alive(), nap.exitcode)
    nap.start()
    print(nap.name, "started:", nap.is_alive(), nap.exitcode)
    nap.join()
    print(nap.name, "joined:", nap.is_alive(), nap.exitcode)

    night = Process(target=sleep, args=(3_600_000,), name="night")
    night.start()
    night.join(timeout=0.2)
    print(night.name, "waited for:", night.is_alive(), night.exitcode)
    night.terminate()
    night.join()
    print(night.name, "terminated:", night.is_alive(), night.exitcode)
