"""Upload one recording by hand."""

from pathlib import Path

from connector import conversation
from connector.clock import Clock
from connector.delivery import Limits, Recording, Uploaded
from connector.errors import ConfigurationError, Problem
from connector.job.definition import loader
from connector.job.definition.loader import Plan
from connector.job.execution.opening import open_target
from connector.mistake import did_you_mean
from connector.settings import Settings
from connector.storage import open_storage

__all__ = ["choose_plan", "existing", "upload"]


def choose_plan(name: str | None, settings: Settings) -> Plan:
    """Give the job whose target to use: the one named, else the one target all jobs of the folder share."""
    if name is not None:
        return loader.load(name, settings)
    names = loader.names(settings.home)
    if not names:
        hint = "go to a project folder, or name one with --home"
        raise ConfigurationError([Problem("there is no job here to take the target from", settings.home, hint=hint)])
    plans = [loader.load(one, settings) for one in names]
    targets = {(plan.job.target.url, plan.job.target.token.get_secret_value()) for plan in plans}
    if len(targets) > 1:
        hint = f"say which with --job: {', '.join(names)}"
        raise ConfigurationError([Problem("the jobs here have different targets", settings.home / "jobs", hint=hint)])
    return plans[0]


def existing(path: Path) -> Path:
    """Give the path; raise ConfigurationError, with the nearest name, where there is no such file."""
    if not path.is_file():
        near = did_you_mean(path.name, [one.name for one in path.parent.glob("*")]) if path.parent.is_dir() else ""
        raise ConfigurationError([Problem("there is no such file", path, hint=near)])
    return path.resolve()


async def upload(  # noqa: PLR0913 - what to send, where and to which conversation
    plan: Plan, settings: Settings, path: Path, *, uid: str | None, external_id: str | None, clock: Clock
) -> Uploaded:
    """Send the file as the recording of a conversation that is there; raise what delivery raises."""
    async with open_storage(str(path.parent), {}, plan.home) as storage:
        file = await storage.stat(path.name)
        facts = await storage.examine(file, conversation.inspect)
        recording = Recording(path.name, file.size_bytes, facts.content_type, lambda: storage.stream(file))
        async with open_target(plan, settings, Limits(clock=clock), clock) as target:
            return await target.upload(recording, uid=uid, external_id=external_id)
