"""Threads that wait for the next job do nothing, and all others may do something on another's account."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from eee_ci.inject import idling
from eee_ci.inject.idling import idle

TRIO = "/x/trio/_core/_thread_cache.py"
PATIENCE = 30  # seconds


class Held:
    """What a thread waits for, with the attribute that trio's workers keep their job in."""

    def __init__(self, job: object) -> None:
        lock = threading.Lock()
        lock.acquire()
        self._job, self.acquire = job, lock.acquire


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def settles(thread: threading.Thread) -> bool:
    """A thread that has done its job may not wait for the next one yet."""
    until = time.monotonic() + PATIENCE
    while not idle(thread) and time.monotonic() < until:
        time.sleep(0.001)
    return idle(thread) and not idling.busy([thread])


def waiting(file: str, name: str, held: object) -> threading.Thread:
    """A thread in a function of that name and file, where it waits until the process ends."""
    made: dict[str, Any] = {}
    begun = threading.Event()
    body = f"def {name}(self, begun):\n    begun.set()\n    self.acquire()\n"
    exec(compile(body, file, "exec"), made)  # noqa: S102 - our own words
    thread = threading.Thread(target=made[name], args=(held, begun), daemon=True)
    thread.start()
    assert begun.wait(PATIENCE)
    return thread


def test_a_worker_of_a_pool_that_has_done_its_job_is_idle(pool: ThreadPoolExecutor) -> None:
    assert pool.submit(lambda: 2).result() == 2
    (worker,) = pool._threads
    assert settles(worker)


def test_a_worker_is_busy_while_a_job_runs_or_waits(pool: ThreadPoolExecutor) -> None:
    begun, ends = threading.Event(), threading.Event()

    def waits() -> None:
        begun.set()
        ends.wait(PATIENCE)

    pool.submit(waits)
    pool.submit(lambda: 2)
    assert begun.wait(PATIENCE)
    (worker,) = pool._threads
    assert not idle(worker)
    assert idling.busy([threading.main_thread(), worker]) == [threading.main_thread(), worker]
    ends.set()
    assert settles(worker)


def test_a_job_that_nobody_has_taken_yet_is_one(pool: ThreadPoolExecutor) -> None:
    class Full:
        def empty(self) -> bool:
            return False

    pool.submit(lambda: 2).result()
    (worker,) = pool._threads
    assert settles(worker)
    assert idling.of_futures({"work_queue": pool._work_queue})
    assert not idling.of_futures({"work_queue": Full()})
    assert not idling.of_futures({"work_queue": pool._work_queue, "work_item": None})


def test_a_worker_of_trio_is_idle_without_a_job() -> None:
    thread = waiting(TRIO, "_work", Held(None))
    assert settles(thread)


@pytest.mark.parametrize(
    ("file", "name", "held"),
    [
        (TRIO, "_work", Held(print)),  # it has not begun with it
        (TRIO, "_handle_job", Held(None)),
        ("/x/_thread_cache.py", "_work", Held(None)),
        ("/x/concurrent/futures/thread.py", "_worker", Held(None)),  # of another release: no queue
    ],
)
def test_whatever_else_waits_is_busy(file: str, name: str, held: object) -> None:
    assert not idle(waiting(file, name, held))


def test_a_timer_waits_for_its_own_job() -> None:
    timer = threading.Timer(PATIENCE, print)
    timer.start()
    assert not idle(timer)
    timer.cancel()
    timer.join()
    assert idle(timer)  # it has ended
