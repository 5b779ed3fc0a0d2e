"""The works of the pool group with multiprocessing.Pool: prints the milliseconds it took, without the start of the workers.

Usage: python3 pool.py <run | map | cpu> <items> <primes below>
"""

import multiprocessing
import sys
import time

WORKERS = 2


def square(n):
    return n * n


def count_primes(limit):
    count = 0
    for candidate in range(2, limit):
        divisor = 2
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 1
        if divisor * divisor > candidate:
            count += 1
    return count


def run(pool, items, _limit):
    results = [pool.apply_async(square, (item,)) for item in items]
    assert [result.get() for result in results] == [n * n for n in items]


def map_chunks(pool, items, _limit):
    assert pool.map(square, items) == [n * n for n in items]


def cpu(pool, items, limit):
    assert all(pool.map(count_primes, [limit] * len(items), chunksize=1))


WORKS = {"run": run, "map": map_chunks, "cpu": cpu}

if __name__ == "__main__":
    work, size, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with multiprocessing.Pool(WORKERS) as pool:
        pool.map(square, range(WORKERS), chunksize=1)
        start = time.perf_counter()
        WORKS[work](pool, range(size), limit)
        took = time.perf_counter() - start
    print(took * 1000)
