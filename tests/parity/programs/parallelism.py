"""The same sums, counted by one process and by four."""
from multiprocessing import Pool


def count(limit):
    total = 0
    for n in range(limit):
        total += n % 7
    return total


if __name__ == "__main__":
    limits = [100_000, 200_000, 300_000, 400_000]
    alone = [count(limit) for limit in limits]
    with Pool(4) as pool:
        together = pool.map(count, limits)
    print("alone:", sum(alone))
    print("together:", sum(together))
    print("the same:", alone == together)
