# SPDX-License-Identifier: Apache-2.0
"""One cell of the kill matrix, for one of Python's process pools.

Started by KillMatrixDocument as ``kill_matrix.py PEER POINT EVENT DIRECTORY SECONDS``, and makes a session of its own
that is killed afterwards. Answers with one JSON line in DIRECTORY/answer; ``version`` in the place of POINT asks what the peer is.
SECONDS is after what time something counts as hanging.

All workers are spawned: a fork, which no JVM can do, differs in what it inherits and not in what it survives.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

WORKERS = 2
TASKS = 8
CULPRIT = 3
PRINTED_BYTES = 1 << 30


def square(x):
    return x * x


def mark(directory, name, text):
    descriptor = os.open(os.path.join(directory, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, (text + "\n").encode())
    os.close(descriptor)


def marked(directory, name):
    try:
        with open(os.path.join(directory, name)) as lines:
            return lines.read().splitlines()
    except FileNotFoundError:
        return []


def await_mark(directory, name, deadline):
    while not marked(directory, name):
        if time.monotonic() > deadline:
            raise TimeoutError("no mark " + name)
        time.sleep(0.001)
    return marked(directory, name)[0].split()


class Unserializable(Exception):
    def __init__(self):
        super().__init__("on purpose")
        self.function = lambda: None

    def __reduce__(self):
        raise TypeError("on purpose: can't be serialized")


def refuse(*_):
    raise ValueError("on purpose: can't be rebuilt")


class Unrebuildable(Exception):
    def __reduce__(self):
        return refuse, ()


class Strike:
    """What is to happen, once, in the worker that comes to it first."""

    def __init__(self, event, directory):
        self.event = event
        self.directory = directory

    def land(self):
        try:
            os.close(os.open(os.path.join(self.directory, "once"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        mark(self.directory, "at", "%d %d" % (os.getpid(), time.monotonic_ns()))
        getattr(self, self.event.lower())()

    def sigkill(self):
        time.sleep(600)

    sigstop = sigkill

    def halt(self):
        os._exit(7)

    def exit(self):
        sys.exit(7)

    def heap(self):
        import resource

        with open("/proc/self/statm") as sizes:
            now = int(sizes.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + (64 << 20), resource.RLIM_INFINITY))
        kept = []
        try:
            while True:
                kept.append(bytearray(1 << 20))
        finally:
            kept.clear()

    def stack(self):
        self.stack()

    def crash(self):
        import ctypes
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ctypes.memset(0, 1, 1)

    def argument_unrebuildable(self):
        refuse()

    def nothing(self):
        pass

    argument_unserializable = result_unserializable = result_unrebuildable = nothing

    def exception_unserializable(self):
        raise Unserializable()

    def exception_unrebuildable(self):
        raise Unrebuildable("on purpose")

    def prints(self):
        piece = "x" * ((1 << 16) - 1) + "\n"
        for _ in range(PRINTED_BYTES >> 16):
            sys.stdout.write(piece)
        sys.stdout.flush()

    def closes_stdout(self):
        sys.stdout.close()

    def grandchild(self):
        subprocess.Popen(["sleep", "600"])
        time.sleep(600)


def rebuild_and_land(strike):
    strike.land()
    return strike


class Argument:
    """The strike lands where this is read."""

    def __init__(self, strike):
        self.strike = strike

    def __reduce__(self):
        return rebuild_and_land, (self.strike,)


class Result:
    """The strike lands where this is written."""

    def __init__(self, strike):
        self.strike = strike

    def __reduce__(self):
        self.strike.land()
        return str, ("written",)


def take(_):
    return "taken"


def run(strike):
    strike.land()
    return "ran"


def give(strike):
    if strike.event == "RESULT_UNSERIALIZABLE":
        strike.land()
        return lambda: None
    if strike.event == "RESULT_UNREBUILDABLE":
        strike.land()
        return Unrebuildable()
    return Result(strike)


def initialize(strike, _):
    strike.land()


def leave_thread(strike):
    def left_behind():
        await_mark(strike.directory, "go-on", time.monotonic() + 60)
        try:
            strike.land()
        finally:
            mark(strike.directory, "landed", "landed")

    threading.Thread(target=left_behind, daemon=True).start()
    return os.getpid()


class PoolPeer:
    """multiprocessing.Pool."""

    def __init__(self, initializer, arguments):
        import multiprocessing

        self.late = multiprocessing.TimeoutError
        self.pool = multiprocessing.get_context("spawn").Pool(WORKERS, initializer, arguments)

    def submit(self, function, argument):
        return self.pool.apply_async(function, (argument,))

    def result(self, future, seconds):
        return future.get(seconds)

    def pids(self):
        return [process.pid for process in self.pool._pool]

    def close(self):
        self.pool.close()
        self.pool.join()

    @staticmethod
    def version():
        import platform

        return "CPython " + platform.python_version()


class ExecutorPeer:
    """concurrent.futures.ProcessPoolExecutor."""

    def __init__(self, initializer, arguments):
        import concurrent.futures
        import multiprocessing

        self.late = concurrent.futures.TimeoutError
        self.executor = concurrent.futures.ProcessPoolExecutor(
            WORKERS, multiprocessing.get_context("spawn"), initializer, arguments
        )

    def submit(self, function, argument):
        return self.executor.submit(function, argument)

    def result(self, future, seconds):
        return future.result(seconds)

    def pids(self):
        return list(self.executor._processes)

    def close(self):
        self.executor.shutdown()

    version = PoolPeer.version


class LokyPeer(ExecutorPeer):
    """What joblib.Parallel runs on."""

    def __init__(self, initializer, arguments):
        import concurrent.futures

        import joblib.externals.loky

        self.late = concurrent.futures.TimeoutError
        self.executor = joblib.externals.loky.get_reusable_executor(
            WORKERS, initializer=initializer, initargs=arguments
        )

    @staticmethod
    def version():
        import joblib

        return "joblib " + joblib.__version__ + ", " + PoolPeer.version()


PEERS = {"pool": PoolPeer, "executor": ExecutorPeer, "joblib": LokyPeer}


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Cell:
    def __init__(self, peer, point, event, directory, seconds):
        self.point = point
        self.event = event
        self.directory = directory
        self.seconds = seconds
        self.strike = Strike(event, directory)
        self.answer = {"broken": "", "culprit": "", "ms": None, "lost": 0, "hanging": 0, "usable": ""}
        self.happened = None
        initializer, arguments = None, ()
        if point == "INITIALIZER":
            wrong = {"ARGUMENT_UNSERIALIZABLE": Unserializable, "ARGUMENT_UNREBUILDABLE": Unrebuildable}
            initializer, arguments = initialize, (self.strike, wrong.get(event, str)())
        self.peer = PEERS[peer](initializer, arguments)

    def outcome(self, future, until):
        """Returns what became of a future: ok, hangs, or the name of its exception."""
        try:
            self.peer.result(future, max(0.0, until - time.monotonic()))
            return "ok"
        except self.peer.late:
            return "hangs"
        except BaseException as failure:
            return type(failure).__name__

    def hit(self):
        pid, nanos = await_mark(self.directory, "at", time.monotonic() + 60)
        self.happened = int(nanos)
        self.from_outside(int(pid))
        return int(pid)

    def from_outside(self, pid):
        if self.event in ("SIGKILL", "SIGSTOP"):
            self.happened = time.monotonic_ns()
            os.kill(pid, getattr(signal, self.event))

    def submit(self, function, argument):
        """Returns a future, or what a broken pool has said instead."""
        try:
            return self.peer.submit(function, argument)
        except BaseException as refusal:
            return refusal

    def others(self, count):
        return [self.submit(square, i) for i in range(count)]

    def count(self, others):
        until = time.monotonic() + self.seconds
        for other in others:
            outcome = type(other).__name__ if isinstance(other, BaseException) else self.outcome(other, until)
            if outcome == "hangs":
                self.answer["hanging"] += 1
            elif outcome != "ok":
                self.answer["lost"] += 1
                self.answer["broken"] = outcome

    def judge(self, culprit):
        if isinstance(culprit, BaseException):
            self.answer["culprit"] = "refused"
            return
        self.answer["culprit"] = self.outcome(culprit, time.monotonic() + self.seconds)
        if self.happened is not None:
            self.answer["ms"] = (time.monotonic_ns() - self.happened) / 1e6

    def warm(self):
        return self.peer.result(self.peer.submit(square, 1), 60)

    def run(self):
        getattr(self, self.point.lower())()
        after = self.submit(square, 3)
        if isinstance(after, BaseException):
            self.answer["usable"] = type(after).__name__
        else:
            self.answer["usable"] = self.outcome(after, time.monotonic() + self.seconds)

    def starting(self):
        others = self.others(TASKS)
        until = time.monotonic() + self.seconds
        while not self.peer.pids() and time.monotonic() < until:
            time.sleep(0.001)
        self.from_outside(self.peer.pids()[0])
        self.count(others)

    def initializer(self):
        others = self.others(TASKS)
        if self.event not in ("ARGUMENT_UNSERIALIZABLE", "ARGUMENT_UNREBUILDABLE"):
            self.hit()
        self.count(others)

    def idle(self):
        pid = self.peer.result(self.peer.submit(leave_thread, self.strike), 60)
        mark(self.directory, "go-on", "go on")
        self.hit()
        until = time.monotonic() + self.seconds
        while self.event in ("SIGKILL", "HALT", "CRASH") and not is_gone(pid) and time.monotonic() < until:
            time.sleep(0.001)
        if self.event in ("EXIT", "HEAP", "STACK", "PRINTS", "CLOSES_STDOUT"):
            await_mark(self.directory, "landed", time.monotonic() + 60)
        self.count(self.others(TASKS))

    def before_start(self):
        if self.event == "ARGUMENT_UNSERIALIZABLE":
            others = self.others(CULPRIT)
            culprit = self.submit(take, Unserializable())
            self.judge(culprit)
            self.count(others)
            return
        self.count(self.others(TASKS))  # both workers have started
        pids = self.peer.pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        others = self.others(TASKS)
        time.sleep(0.1)  # there is no way to see that a task was handed over
        if self.event == "SIGKILL":
            os.kill(pids[0], signal.SIGKILL)
        for pid in pids[1:]:
            os.kill(pid, signal.SIGCONT)
        self.count(others)

    def in_task(self, function, argument):
        others = self.others(CULPRIT)
        culprit = self.submit(function, argument)
        others += self.others(TASKS - 1 - CULPRIT)
        self.hit()
        self.judge(culprit)
        self.count(others)

    def arguments(self):
        self.in_task(take, Argument(self.strike))

    def running(self):
        self.in_task(run, self.strike)

    def result(self):
        self.in_task(give, self.strike)


def main():
    peer, point, event, directory, seconds = sys.argv[1:]
    os.setsid()

    def answer(**fields):
        temporary = os.path.join(directory, "answer.tmp")
        with open(temporary, "w") as lines:
            lines.write(json.dumps(fields, sort_keys=True) + "\n")
        os.rename(temporary, os.path.join(directory, "answer"))

    try:
        if point == "version":
            answer(version=PEERS[peer].version())
            return
        cell = Cell(peer, point, event, directory, float(seconds))
    except ImportError as missing:
        answer(missing=str(missing))
        return
    except BaseException as refusal:
        answer(refused=type(refusal).__name__)
        return
    try:
        cell.run()
    except BaseException as failure:
        cell.answer["error"] = repr(failure)
    answer(**cell.answer)
    cell.peer.close()
    mark(directory, "closed", "closed")


if __name__ == "__main__":
    main()
