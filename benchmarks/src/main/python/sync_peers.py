# SPDX-License-Identifier: Apache-2.0
"""CPython's locks and values between processes, as peers of ours.

Started by benchmarks/compare as ``sync_peers.py KIND``, and asked as ``pool_peers.py`` is. The processes that work are there
before anything is measured, and what each measures begins when both are.
"""

import json
import multiprocessing
import platform
import sys
import time

PROCESSES = 2
TIMES = 100_000
ALONE = 10_000


def meet(meeting):
    """Returns when all processes are there."""
    with meeting.get_lock():
        meeting.value += 1
    while meeting.value < PROCESSES:
        pass
    return time.perf_counter_ns()


def count(shared, number):
    start = meet(shared["meeting"])
    lock = shared["lock"]
    for _ in range(TIMES):
        with lock:
            number.value += 1
    return start, time.perf_counter_ns()


def counter(shared):
    return count(shared, shared["value"])


def raw_counter(shared):
    return count(shared, shared["raw"])


def get_and_add(shared):
    start = meet(shared["meeting"])
    number = shared["value"]
    for _ in range(TIMES):
        with number.get_lock():
            number.value += 1
    return start, time.perf_counter_ns()


def ping(shared):
    """Sends and waits, and returns the median time of that in nanoseconds."""
    there, back = shared["ping"], shared["pong"]
    samples = []
    now = time.perf_counter_ns()
    end = now + shared["nanos"].value
    while now < end:
        start = time.perf_counter_ns()
        there.release()
        back.acquire()
        now = time.perf_counter_ns()
        samples.append(now - start)
    shared["over"].value = 1
    there.release()
    samples.sort()
    middle = len(samples) // 2
    return (samples[middle] + samples[~middle]) / 2


def pong(shared):
    there, back, over = shared["ping"], shared["pong"], shared["over"]
    there.acquire()
    while not over.value:
        back.release()
        there.acquire()


def serve(shared, pipe):
    """Does what it is told until nobody tells it any more."""
    works = {"ping": ping, "pong": pong, "counter": counter, "raw_counter": raw_counter, "get_and_add": get_and_add}
    try:
        while True:
            pipe.send(works[pipe.recv()](shared))
    except EOFError:
        pass


class Sync:
    """Two processes that share a lock and numbers."""

    def __init__(self):
        context = multiprocessing.get_context("fork")
        self.lock = context.Lock()
        self.shared = {
            "lock": self.lock,
            "raw": context.Value("i", 0, lock=False),
            "value": context.Value("i", 0),
            "ping": context.Semaphore(0),
            "pong": context.Semaphore(0),
            "over": context.Value("i", 0, lock=False),
            "nanos": context.Value("q", 0, lock=False),
            "meeting": context.Value("i", 0),
        }
        self.pipes = []
        for _ in range(PROCESSES):
            here, there = context.Pipe()
            context.Process(target=serve, args=(self.shared, there), daemon=True).start()
            there.close()
            self.pipes.append(here)

    def lock_alone(self, nanos):
        lock = self.lock
        done = 0
        start = time.perf_counter_ns()
        elapsed = 0
        while elapsed < nanos:
            for _ in range(ALONE):
                lock.acquire()
                lock.release()
            done += ALONE
            elapsed = time.perf_counter_ns() - start
        return elapsed / done

    def in_both(self, nanos, work, number):
        """Has both processes work at a time, again and again, and returns operations a second of work."""
        number.value = 0
        done = 0
        worked = 0
        while worked < nanos:
            self.shared["meeting"].value = 0
            for pipe in self.pipes:
                pipe.send(work)
            spans = [pipe.recv() for pipe in self.pipes]
            worked += max(end for _, end in spans) - min(start for start, _ in spans)
            done += PROCESSES * TIMES
        if number.value != done:
            raise AssertionError("counted %d of %d" % (number.value, done))
        return done * 1e9 / worked

    def counter(self, nanos):
        return self.in_both(nanos, "counter", self.shared["value"])

    def raw_counter(self, nanos):
        return self.in_both(nanos, "raw_counter", self.shared["raw"])

    def get_and_add(self, nanos):
        return self.in_both(nanos, "get_and_add", self.shared["value"])

    def ping_pong(self, nanos):
        self.shared["over"].value = 0
        self.shared["nanos"].value = nanos
        first, second = self.pipes
        second.send("pong")
        first.send("ping")
        round_trip = first.recv()
        second.recv()
        return round_trip / 2 / 1e3

    def close(self):
        for pipe in self.pipes:
            pipe.close()


def main():
    def answer(**fields):
        print(json.dumps(fields), flush=True)

    peer = Sync()
    answer(ready="%s %s, fork" % (platform.python_implementation(), platform.python_version()))
    for line in sys.stdin:
        name, nanos = line.split()
        try:
            answer(value=getattr(peer, name)(int(nanos)))
        except Exception as failure:
            answer(error=repr(failure))
    peer.close()


if __name__ == "__main__":
    main()
