"""Nine processes, some with names of their own, that say who they are."""
import sys
from multiprocessing import Process, current_process, parent_process


def square(n):
    name = current_process().name
    # In one piece: print() writes the end of the line by itself.
    sys.stdout.write(f"{name}, child of {parent_process().name}: {n * n}\n")


if __name__ == "__main__":
    print("this is", current_process().name, flush=True)
    processes = []
    for n in range(1, 10):
        name = f"square-of-{n}" if n % 2 == 0 else None
        processes.append(Process(target=square, args=(n,), name=name))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
