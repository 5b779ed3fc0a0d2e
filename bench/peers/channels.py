"""Queue and Pipe of Python's multiprocessing, doing the work of channels.ts. Prints "name operations-per-second"."""

import multiprocessing as mp
import sys
import time


def send_all(queue, messages):
    for id in range(messages):
        queue.put({"id": id, "name": "message", "v": [1, 2, 3]})


def receive_all(queue):
    while queue.get() is not None:
        pass


def echo(end):
    while (message := end.recv()) is not None:
        end.send(message)


def drain(end):
    while end.recv() is not None:
        pass
    end.send("done")


def bench_queue(messages):
    queue = mp.Queue(1000)
    receivers = [mp.Process(target=receive_all, args=(queue,)) for _ in range(2)]
    senders = [mp.Process(target=send_all, args=(queue, messages // 2)) for _ in range(2)]
    start = time.perf_counter()
    for process in receivers + senders:
        process.start()
    for process in senders:
        process.join()
    for _ in receivers:
        queue.put(None)
    for process in receivers:
        process.join()
    return messages / (time.perf_counter() - start)


def bench_ping_pong(messages):
    left, right = mp.Pipe()
    process = mp.Process(target=echo, args=(right,))
    process.start()
    start = time.perf_counter()
    for id in range(messages):
        left.send({"id": id, "name": "message", "v": [1, 2, 3]})
        left.recv()
    seconds = time.perf_counter() - start
    left.send(None)
    process.join()
    return messages / seconds


def bench_stream(messages):
    left, right = mp.Pipe()
    process = mp.Process(target=drain, args=(right,))
    process.start()
    start = time.perf_counter()
    for id in range(messages):
        left.send({"id": id, "name": "message", "v": [1, 2, 3]})
    left.send(None)
    left.recv()
    seconds = time.perf_counter() - start
    process.join()
    return messages / seconds


BENCHES = {"queue": bench_queue, "ping-pong": bench_ping_pong, "stream": bench_stream}

if __name__ == "__main__":
    operations = int(sys.argv[2])
    print(operations / BENCHES[sys.argv[1]](operations) * 1000)
