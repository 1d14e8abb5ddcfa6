"""A plain number, which is not shared, and some that are."""
from multiprocessing import Array, Process, Value


def add_to_plain(count):
    for _ in range(1000):
        count[0] += 1


def add(number, numbers):
    for n in range(1000):
        with number.get_lock():
            number.value += 1
        with numbers.get_lock():
            numbers[n % 4] += 0.5


if __name__ == "__main__":
    plain = [0]
    adders = [Process(target=add_to_plain, args=(plain,)) for _ in range(4)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    print("a plain number:", plain[0])

    number, numbers = Value("i", 0), Array("d", 4)
    adders = [Process(target=add, args=(number, numbers)) for _ in range(4)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    print("a value:", number.value)
    print("an array:", *(int(n) for n in numbers))
