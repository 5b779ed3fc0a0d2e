"""The works of the groups about shared state with Python's multiprocessing: prints the milliseconds that they took.

Usage: python3 shared.py <guarded | manager | manager-many> <operations>
"""

import multiprocessing
import sys
import threading
import time

IN_FLIGHT = 16


def add(value, times):
    for _ in range(times):
        with value.get_lock():
            value.value += 1


def guarded(operations):
    """Two processes add to a Value, each time under its lock."""
    value = multiprocessing.Value("i", 0)
    workers = [multiprocessing.Process(target=add, args=(value, operations // 2)) for _ in range(2)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - start
    assert value.value == operations // 2 * 2
    return took


def manager(operations):
    """Every other operation sets an entry of a managed dict, every other one gets it."""
    with multiprocessing.Manager() as server:
        entries = server.dict(a=0)
        start = time.perf_counter()
        for index in range(operations // 2):
            entries["a"] = index
            assert entries["a"] == index
        return time.perf_counter() - start


def manager_many(operations):
    """The same from several threads at once: a proxy has no other way to have more than one call in flight."""
    with multiprocessing.Manager() as server:
        entries = server.dict()

        def client(key):
            for index in range(operations // 2 // IN_FLIGHT):
                entries[key] = index
                assert entries[key] == index

        clients = [threading.Thread(target=client, args=(key,)) for key in range(IN_FLIGHT)]
        start = time.perf_counter()
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        took = time.perf_counter() - start
        assert len(entries) == IN_FLIGHT or operations < 2 * IN_FLIGHT
        return took


WORKS = {"guarded": guarded, "manager": manager, "manager-many": manager_many}

if __name__ == "__main__":
    print(WORKS[sys.argv[1]](int(sys.argv[2])) * 1000)
