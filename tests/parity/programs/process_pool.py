"""Tasks for a pool, one of which fails; the results as they come."""
from concurrent.futures import ProcessPoolExecutor, as_completed, wait


def halve(n):
    if n % 2 != 0:
        raise ValueError(f"{n} is odd")
    return n // 2


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=3) as executor:
        futures = {executor.submit(halve, n): n for n in (2, 4, 5, 8)}
        for future in as_completed(futures):
            n = futures[future]
            try:
                print(f"{n}: {future.result()}")
            except ValueError as error:
                print(f"{n}: {error}")
        done, pending = wait(futures)
        print("done:", len(done), "pending:", len(pending))
        print("in order:", *executor.map(halve, [10, 20, 30]))
