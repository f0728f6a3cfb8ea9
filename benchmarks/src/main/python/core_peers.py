# SPDX-License-Identifier: Apache-2.0
"""Python's threading, queue and ThreadPoolExecutor, as peers of ours.

Started by benchmarks/compare as ``core_peers.py core``. Says in one JSON line what it is, then answers each command, a line
``NAME NANOSECONDS``, with one JSON line: the value of a measurement that went on for about that long.
"""

import json
import platform
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

WORKERS = 2
ALONE = 1000
ITEMS = 5000
HAND_OVERS = 500
TASKS = 1000


def per_second(nanos, things, step):
    done = 0
    start = time.perf_counter_ns()
    elapsed = 0
    while elapsed < nanos:
        step()
        done += things
        elapsed = time.perf_counter_ns() - start
    return done * 1e9 / elapsed


def run_all(targets):
    threads = [threading.Thread(target=target, daemon=True) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def alone(nanos, lock):
    def step():
        for _ in range(ALONE):
            lock.acquire()
            lock.release()

    return 1e9 / per_second(nanos, ALONE, step)


def contended(nanos, lock, threads):
    counts = []
    stop = threading.Event()

    def member():
        times = 0
        while not stop.is_set():
            lock.acquire()
            lock.release()
            times += 1
        counts.append(times)

    start = time.perf_counter_ns()
    timer = threading.Timer(nanos / 1e9, stop.set)
    timer.start()
    run_all([member] * threads)
    return sum(counts) * 1e9 / (time.perf_counter_ns() - start)


def transfer(nanos, pairs, maxsize):
    def step():
        between = queue.Queue(maxsize)

        def produce():
            for i in range(ITEMS // pairs):
                between.put(i)

        def consume():
            for _ in range(ITEMS // pairs):
                between.get()

        run_all([produce, consume] * pairs)

    return per_second(nanos, ITEMS, step)


class Core:
    """What is measured; each method gets nanoseconds and returns a value in the unit of the bench."""

    def __init__(self):
        self.executor = ThreadPoolExecutor(WORKERS)

    def lock_alone(self, nanos):
        return alone(nanos, threading.Lock())

    def rlock_alone(self, nanos):
        return alone(nanos, threading.RLock())

    def semaphore_alone(self, nanos):
        return alone(nanos, threading.Semaphore(2))

    def lock_2(self, nanos):
        return contended(nanos, threading.Lock(), 2)

    def lock_4(self, nanos):
        return contended(nanos, threading.Lock(), 4)

    def lock_8(self, nanos):
        return contended(nanos, threading.Lock(), 8)

    def semaphore_4(self, nanos):
        return contended(nanos, threading.Semaphore(2), 4)

    def queue_1024_1(self, nanos):
        return transfer(nanos, 1, 1024)

    def queue_1024_2(self, nanos):
        return transfer(nanos, 2, 1024)

    def queue_1024_4(self, nanos):
        return transfer(nanos, 4, 1024)

    def hand_over(self, nanos):
        there = queue.Queue(1)
        back = queue.Queue(1)

        def first():
            for i in range(HAND_OVERS):
                there.put(i)
                back.get()

        def second():
            for _ in range(HAND_OVERS):
                back.put(there.get())

        return 1e6 / per_second(nanos, 2 * HAND_OVERS, lambda: run_all([first, second]))

    def submit_1(self, nanos):
        return self.submit(nanos, 1)

    def submit_4(self, nanos):
        return self.submit(nanos, 4)

    def submit(self, nanos, submitters):
        def part():
            futures = [self.executor.submit(int, 1) for _ in range(TASKS // submitters)]
            for future in futures:
                future.result()

        return per_second(nanos, TASKS, lambda: run_all([part] * submitters))

    def round_trip(self, nanos):
        samples = []
        end = time.perf_counter_ns() + nanos
        now = 0
        while now < end:
            start = time.perf_counter_ns()
            self.executor.submit(int, 1).result()
            now = time.perf_counter_ns()
            samples.append(now - start)
        samples.sort()
        return samples[len(samples) // 2] / 1e3

    def close(self):
        self.executor.shutdown()


def main():
    def answer(**fields):
        print(json.dumps(fields), flush=True)

    core = Core()
    answer(ready="%s %s" % (platform.python_implementation(), platform.python_version()))
    for line in sys.stdin:
        name, nanos = line.split()
        try:
            answer(value=getattr(core, name)(int(nanos)))
        except Exception as failure:
            answer(error=repr(failure))
    core.close()


if __name__ == "__main__":
    main()
