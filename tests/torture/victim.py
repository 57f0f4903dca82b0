"""Do some work in a process that is made to be killed, at a moment or at a boundary that was chosen before."""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from connector.job.definition import loader
from connector.job.execution.summary import Options
from connector.job.run import runner
from connector.settings import Settings
from tests.flow.conftest import StandingClock

__all__ = ["STEPS", "Blow", "choose_blow", "strike"]

Work = Callable[[Settings, datetime], dict[str, Any]]
"""What the process does before it ends, if it comes to its end; gives what it says of it."""

STEPS = (
    *("create.intended", "create.done", "create.existed", "create.failed"),
    *("audio.intended", "audio.done", "audio.existed", "audio.failed", "audio.unknown"),
    *("case.intended", "case.done", "delivered", "held", "refused", "skipped"),
)
COMMON = ("create.intended", "create.done", "audio.intended", "audio.done", "case.intended", "delivered")
"""Steps of every run; the others are there only where something went wrong before."""
PATIENCE_SECONDS = 60.0
CRASHED = 70


@dataclass(frozen=True)
class Blow:
    """Where a process dies: after so many seconds, or around the commit that has such a step or is the nth of all.

    A step with a blank in it is the beginning of a statement.
    """

    kind: str
    seconds: float = 0.0
    step: str = ""
    nth: int = 1
    after: bool = False
    """Whether the commit was carried out, or the run dies just before."""

    def __str__(self) -> str:
        if self.kind == "moment":
            return "moment"
        return f"{'after' if self.after else 'before'} {self.step or 'any commit'}"


def choose_blow(
    chance: random.Random,
    longest_seconds: float,
    *,
    steps: Sequence[str] = STEPS,
    common: Sequence[str] = COMMON,
) -> Blow:
    """Draw one: a third at random moments, a third around named steps, a third around any commit."""
    kind = chance.choice(("moment", "step", "commit"))
    after = chance.random() < 0.5
    if kind == "moment":
        return Blow(kind, seconds=chance.uniform(0.0, longest_seconds))
    if kind == "step":
        step = chance.choice(common if chance.random() < 0.8 else steps)
        return Blow(kind, step=step, nth=chance.choice((1, 1, 2, 3, 5, 8)), after=after)
    return Blow(kind, nth=chance.randint(1, 25), after=after)


def _run_job(settings: Settings, moment: datetime) -> dict[str, Any]:
    plan = loader.load("demo", settings)
    return runner.run(plan, settings, Options(report=False), clock=StandingClock(moment)).as_dict()


def strike(
    folder: Path, ledger: str, moment: datetime, blow: Blow | None, log: Path, *, work: Work = _run_job
) -> tuple[bool, dict[str, Any] | None]:
    """Do the work once, usually the project's job; tell whether it was killed, and what it says where it ended."""
    told = folder / "summary.txt"
    told.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        _live(folder, ledger, moment, blow, log, work)
    if blow is not None and blow.kind == "moment":
        time.sleep(blow.seconds)
        if os.waitpid(child, os.WNOHANG)[0] == 0:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True, None
        return False, _summary(told)
    status = _wait(child)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True, None
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"the run crashed: {log.read_text(errors='replace')[-3000:]}")
    return False, _summary(told)


def _wait(child: int) -> int:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGABRT)
    os.waitpid(child, 0)
    raise RuntimeError(f"a run hung for {PATIENCE_SECONDS} s")


def _summary(told: Path) -> dict[str, Any] | None:
    return eval(told.read_text()) if told.exists() else None  # noqa: S307 - our own words, dates among them


def _live(folder: Path, ledger: str, moment: datetime, blow: Blow | None, log: Path, work: Work) -> None:
    """Be the child: never comes back."""
    try:
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        if blow is not None and blow.kind != "moment":
            _Arm(blow)
        settings = Settings(home=folder, ledger=ledger, hash_key="a-key-for-tests")
        (folder / "summary.txt").write_text(repr(work(settings, moment)))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent is told by the log and the code
        traceback.print_exc()
        code = CRASHED
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Arm:
    """Have the process kill itself around the commit that the blow names."""

    def __init__(self, blow: Blow) -> None:
        self.blow = blow
        self.seen = 0
        if blow.kind == "step":
            event.listen(Engine, "before_cursor_execute", self.watch)
        event.listen(Engine, "commit", self.commit)
        event.listen(Engine, "checkin", self.given_back)

    def watch(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if " " in self.blow.step:
            self.seen += statement.startswith(self.blow.step)
        elif statement.startswith("INSERT INTO step"):
            self.seen += str(parameters).count(f"'{self.blow.step}'")

    def commit(self, _connection: Any) -> None:
        self.seen += self.blow.kind == "commit"
        self.fall(after=False)

    def given_back(self, *_: Any) -> None:
        self.fall(after=True)

    def fall(self, *, after: bool) -> None:
        if self.seen >= self.blow.nth and self.blow.after is after:
            os.kill(os.getpid(), signal.SIGKILL)


def later(moment: datetime, chance: random.Random) -> datetime:
    """Give the next run's time: mostly a little later, now and then a jump, even backwards."""
    jump: Callable[[], timedelta] = chance.choice(
        (
            lambda: timedelta(minutes=chance.uniform(0, 30)),
            lambda: timedelta(minutes=chance.uniform(0, 30)),
            lambda: timedelta(hours=chance.uniform(1, 30)),
            lambda: -timedelta(hours=chance.uniform(0, 3)),
        )
    )
    return moment + jump()
