"""One process that is told how far to count, and answers through a pipe."""
from multiprocessing import Pipe, Process


def count(end):
    rounds = end.recv()
    for n in range(rounds):
        end.send(n * n)
    end.close()


if __name__ == "__main__":
    here, there = Pipe()
    counter = Process(target=count, args=(there,))
    counter.start()
    there.close()
    here.send(5)
    total = 0
    try:
        while True:
            subtotal = here.recv()
            total += subtotal
            print("got", subtotal)
    except EOFError:
        print("the other end is closed")
    counter.join()
    print("in all:", total, "exit code:", counter.exitcode)
