"""Blocking work that is asked for together shares the calls to threads."""

import asyncio
import threading
import time

import pytest

from connector.errors import FileMissingError
from connector.storage.together import LONG_SECONDS, MOST, Together


@pytest.fixture
def calls(monkeypatch):
    """Give the list of the calls to threads: how much was done in each."""
    made = []
    loop = asyncio.get_running_loop
    asked = asyncio.base_events.BaseEventLoop.run_in_executor

    def counted(self, executor, function, part):
        assert self is loop()
        made.append(len(part))
        return asked(self, executor, function, part)

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "run_in_executor", counted)
    return made


def missing(path):
    def look():
        raise FileMissingError(path)

    return look


async def test_what_is_asked_for_in_one_turn_shares_calls_and_everybody_gets_their_own(calls):
    """Three calls' worth of work takes three calls, off the thread of the loop, and each answer finds who asked."""
    threads = Together()
    count = 2 * MOST + 1

    def answer(number):
        return number, threading.current_thread()

    found = await asyncio.gather(*(threads.do(lambda number=number: answer(number)) for number in range(count)))
    assert [MOST, MOST, 1] == calls
    assert list(range(count)) == [number for number, _ in found]
    assert threading.current_thread() not in {thread for _, thread in found}


async def test_later_work_is_a_call_of_its_own(calls):
    """What is asked for after an answer came starts anew."""
    threads = Together()
    assert (1, 2) == (await threads.do(lambda: 1), await threads.do(lambda: 2))
    assert [1, 1] == calls


async def test_what_happens_to_one_does_not_disturb_the_others():
    """A missing file among others is told to whoever asked for it."""
    threads = Together()
    asked = (threads.do(lambda: "one"), threads.do(missing("two")), threads.do(lambda: "three"))
    one, two, three = await asyncio.gather(*asked, return_exceptions=True)
    assert ("one", "three") == (one, three)
    assert isinstance(two, FileMissingError)
    assert "two" in str(two)


async def test_what_nobody_foresaw_is_raised_and_not_waited_for_for_ever():
    """A mistake in one work is everybody's who shared the call: nobody is left waiting."""
    threads = Together()
    asked = (threads.do(lambda: "one"), threads.do(lambda: {}["nothing"]))
    found = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert [KeyError, KeyError] == [type(one) for one in found]


async def test_who_is_cancelled_keeps_no_answer_from_the_others():
    """One of two stops waiting while the work is done; the other gets its answer."""
    threads, begun, go_on = Together(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go_on.wait(5)
        return "done"

    first, second = asyncio.create_task(threads.do(slow)), asyncio.create_task(threads.do(lambda: "too"))
    await asyncio.to_thread(begun.wait, 5)
    first.cancel()
    go_on.set()
    assert "too" == await asyncio.wait_for(second, 5)
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_slow_disk_is_asked_side_by_side():
    """A call that turns out to be slow leaves the rest to calls of their own: two of those can wait for each other."""
    threads, both = Together(), threading.Barrier(2)
    asked = (threads.do(lambda: time.sleep(2 * LONG_SECONDS)), *(threads.do(lambda: both.wait(5)) for _ in range(2)))
    found = await asyncio.wait_for(asyncio.gather(*asked), 10)
    assert [0, 1] == sorted(found[1:])


async def test_what_nobody_waits_for_any_more_is_not_done():
    """An interrupted run ends with the file that is being read, not with all that were asked for."""
    threads, begun, go_on, done = Together(), threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        assert go_on.wait(5)

    tasks = [asyncio.create_task(threads.do(work)) for work in (slow, lambda: done.append("more"))]
    await asyncio.to_thread(begun.wait, 5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert [] == done
