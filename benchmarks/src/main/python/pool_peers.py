# SPDX-License-Identifier: Apache-2.0
"""Python's process pools, as peers of ours.

Started by benchmarks/compare as ``pool_peers.py KIND``. Says in one JSON line what it is or what it lacks, then answers each
command, a line ``NAME NANOSECONDS``, with one JSON line: the value of a measurement that went on for about that long.

Spawned children import this file again, so that what only the parent needs is imported in functions.
"""

import os
import sys
import time

WORKERS = 2
BATCH = 1000


def same(x):
    return x


def meet(directory, me, other):
    """Returns when another process has come to the same place, so that two of these prove two workers."""
    with open(os.path.join(directory, me), "w"):
        pass
    deadline = time.monotonic() + 30
    while not os.path.exists(os.path.join(directory, other)):
        if time.monotonic() > deadline:
            raise TimeoutError("the other worker did not come")
        time.sleep(0.001)
    return me


def median_micros(nanos, step):
    samples = []
    end = time.perf_counter_ns() + nanos
    now = 0
    while now < end:
        start = time.perf_counter_ns()
        step()
        now = time.perf_counter_ns()
        samples.append(now - start)
    samples.sort()
    middle = len(samples) // 2
    return (samples[middle] + samples[~middle]) / 2 / 1e3


def per_second(nanos, batch):
    done = 0
    start = time.perf_counter_ns()
    elapsed = 0
    while elapsed < nanos:
        batch()
        done += BATCH
        elapsed = time.perf_counter_ns() - start
    return done * 1e9 / elapsed


def check(results):
    if sum(results) != BATCH * (BATCH - 1) // 2:
        raise AssertionError("wrong results")


class Pool:
    """multiprocessing.Pool with the platform's start method."""

    def __init__(self):
        import multiprocessing

        self.pool = multiprocessing.Pool(WORKERS)
        self.detail = ", " + multiprocessing.get_start_method()

    def round_trip(self, nanos):
        return median_micros(nanos, lambda: self.pool.apply(same, (1,)))

    def imap(self, nanos):
        return per_second(nanos, lambda: check(self.pool.imap(same, range(BATCH))))

    def close(self):
        self.pool.close()
        self.pool.join()


class Executor:
    """concurrent.futures.ProcessPoolExecutor with the platform's start method."""

    def __init__(self):
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self.executor = ProcessPoolExecutor(WORKERS)
        self.detail = ", " + multiprocessing.get_start_method()

    def round_trip(self, nanos):
        return median_micros(nanos, lambda: self.executor.submit(same, 1).result())

    def submit(self, nanos):
        return per_second(nanos, self._all_at_once)

    def _all_at_once(self):
        futures = [self.executor.submit(same, i) for i in range(BATCH)]
        check(future.result() for future in futures)

    def map(self, nanos):
        return per_second(nanos, lambda: check(self.executor.map(same, range(BATCH))))

    def close(self):
        self.executor.shutdown()


class Joblib:
    """joblib.Parallel with its default back end, which is kept between calls."""

    def __init__(self):
        import joblib

        self.parallel = joblib.Parallel(n_jobs=WORKERS)
        self.delayed = joblib.delayed(same)
        self.parallel.__enter__()
        self.detail = ", joblib " + joblib.__version__

    def round_trip(self, nanos):
        return median_micros(nanos, lambda: self.parallel([self.delayed(1)]))

    def close(self):
        self.parallel.__exit__(None, None, None)


class Starts:
    """Both pools, cold and with spawned workers: from before the pool is made until both workers gave a result."""

    def __init__(self):
        import concurrent.futures
        import multiprocessing
        import tempfile

        self.context = multiprocessing.get_context("spawn")
        self.make_executor = concurrent.futures.ProcessPoolExecutor
        self.directory = tempfile.TemporaryDirectory
        self.detail = ", spawn"

    def pool(self, nanos):
        with self.directory() as directory:
            start = time.perf_counter_ns()
            pool = self.context.Pool(WORKERS)
            first = pool.apply_async(meet, (directory, "a", "b"))
            second = pool.apply_async(meet, (directory, "b", "a"))
            first.get()
            second.get()
            elapsed = time.perf_counter_ns() - start
            pool.close()
            pool.join()
        return elapsed / 1e6

    def executor(self, nanos):
        with self.directory() as directory:
            start = time.perf_counter_ns()
            executor = self.make_executor(WORKERS, mp_context=self.context)
            first = executor.submit(meet, directory, "a", "b")
            second = executor.submit(meet, directory, "b", "a")
            first.result()
            second.result()
            elapsed = time.perf_counter_ns() - start
            executor.shutdown()
        return elapsed / 1e6

    def close(self):
        pass


def main():
    import json
    import platform

    def answer(**fields):
        print(json.dumps(fields), flush=True)

    kinds = {"pool": Pool, "executor": Executor, "joblib": Joblib, "starts": Starts}
    try:
        peer = kinds[sys.argv[1]]()
    except ImportError as missing:
        answer(missing=str(missing))
        return
    answer(ready="%s %s" % (platform.python_implementation(), platform.python_version()) + peer.detail)
    for line in sys.stdin:
        name, nanos = line.split()
        try:
            answer(value=getattr(peer, name)(int(nanos)))
        except Exception as failure:
            answer(error=repr(failure))
    peer.close()


if __name__ == "__main__":
    main()
