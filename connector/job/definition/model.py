"""Describe a job file: what a person writes into `jobs/NAME.yaml`, with every default."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from connector.job.definition.done import checked_done
from connector.job.definition.duration import parse_duration
from connector.job.definition.files import KIND, files_options, storage_options
from connector.job.definition.limiting import Limits
from connector.job.definition.mail import DEFAULT_DONE
from connector.job.definition.mail import KIND as MAIL_KIND
from connector.job.definition.reading import Reading
from connector.job.definition.visitor import PortalVisitor
from connector.job.definition.zone import TimeZone

__all__ = [
    "CHAT_WRITER",
    "AgentsPolicy",
    "AudioPolicy",
    "ChatWriter",
    "Condition",
    "Duration",
    "Job",
    "Limits",
    "Mappings",
    "Name",
    "Part",
    "Recordings",
    "Schedule",
    "Source",
    "StandIn",
    "Target",
]


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a date like 2026-01-31 or a time like 2026-01-31T06:00Z") from error
        return moment if moment.tzinfo else value
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


ChatWriter = Literal["transcript", "live"] | None
CHAT_WRITER: Any = Field(
    None,
    description="Who writes the cases of the tenant's chats: `transcript` (default) the job, `live` the ccai-events.",
)


class Part(BaseModel):
    """A part of a file that a person writes: no key but the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _cron(text: str) -> str:
    # Only a job with a schedule pays for the scheduler's import.
    from connector.job.definition.scheduler import check_cron  # noqa: PLC0415

    return check_cron(text)


class Schedule(Part):
    """When `connector serve` starts the job."""

    cron: Annotated[str, AfterValidator(_cron)] = Field(
        description="Five cron fields: minute, hour, day of month, month, day of week."
    )
    timezone: TimeZone = Field("UTC", description="IANA zone the cron line is read in.")
    catch_up: Literal["none", "last", "all"] = Field("last", description="Which missed starts are made up for.")
    longest: Duration | None = Field(None, description="A longer run is reported; else one that meets its next start.")


class Recordings(Part):
    """Where recordings lie when they do not lie with the metadata."""

    storage: str = Field(description="Address of the storage, like source.storage.")
    options: dict[str, Any] = Field(default_factory=dict, description="Options of that storage.")


class StandIn(Part):
    """Fills a contact's name or e-mail where the source has none: Capturi requires both of every contact."""

    name: str = Field("Unknown", description="Name of a contact without one.")
    email: str = Field("unknown@example.invalid", description="E-mail of a contact without one.")


class Source(Part):
    """Where sessions come from."""

    kind: Literal["ccai", "ccai-email", "files"] = Field(
        "ccai", description="The system that wrote the files, or mails them; files: any other."
    )
    storage: str = Field(
        description="Address: a path, file://, sftp://, gs://, s3:// or az://; imaps:// for ccai-email."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the storage; of kind files also what the files are."
    )
    settle: Duration = Field(
        timedelta(minutes=20), description="How long after its end or last export a session may still change."
    )
    recordings: Recordings | None = Field(None, description="Storage of the recordings, where it is another one.")
    folders: list[str] = Field(default_factory=list, description="Folders to read, as patterns; empty: all.")
    patterns: list[str] = Field(default_factory=list, description="Names of metadata files, beside CCAI's own.")
    transcript_pattern: str | None = Field(
        None, description="RE2 with the groups time, name and text for a line of a TXT transcript."
    )
    stand_in: StandIn = Field(default_factory=StandIn, description="For contacts of a chat without name or e-mail.")
    done: str = Field(
        "leave",
        description="What becomes of files of delivered sessions: leave, tag, or move:FOLDER below the storage.",
    )

    @field_validator("done")
    @classmethod
    def _done(cls, value: str, info: ValidationInfo) -> str:
        return checked_done(value, info.data.get("kind"), has_files=info.data.get("recordings", True) is not None)

    @property
    def storage_options(self) -> dict[str, Any]:
        """Give the options that are the storage's own."""
        return storage_options(self.kind, self.options)

    @property
    def done_action(self) -> str | None:
        """Give what becomes of a file whose session was delivered; None leaves it as it is."""
        return str(self.options.get("done", DEFAULT_DONE)) if self.kind == MAIL_KIND else None

    @cached_property
    def reading(self) -> Reading | None:
        """Give how foreign files are read; None where the kind is another one."""
        return Reading(files_options(self.options)) if self.kind == KIND else None


class Mappings(Part):
    """The mapping file of each channel; a channel without one is skipped as `filtered`."""

    call: str | None = Field(None, description="Mapping of calls: writes capturi.conversation.")
    chat: str | None = Field(None, description="Mapping of chats: writes capturi.case.")


class AgentsPolicy(Part):
    """The customer's own list of agents."""

    file: str = Field(
        description="CSV with the header number,id,email,name,team[,valid_from,valid_to]; or a .yaml list of the same."
    )
    unknown: Literal["hold", "skip", "send"] = Field("hold", description="What becomes of an agent not in the file.")


class AudioPolicy(Part):
    """How long a recording is waited for, and what happens when it never comes."""

    wait: Duration = Field(timedelta(days=7), description="Counted from the end of the session.")
    missing: Literal["skip", "hold", "send"] = Field("skip", description="`send` creates without audio.")
    max_size_bytes: int = Field(1_000_000_000, gt=0, description="Capturi takes recordings up to 1 GB.")


class Target(Part):
    """Where conversations go."""

    kind: Literal["capturi"] = Field("capturi", description="The system that takes conversations.")
    url: str = Field("https://integrations.capturi.ai", description="Base address.")
    api: Literal["v3", "v2", "v1"] = Field("v3", description="Version of the conversation call.")
    token: SecretStr = Field(description='Token of the organisation, as "${NAME}".')
    portal: PortalVisitor | None = Field(None, description="Who asks what the target has, as `reconcile` does.")

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// (http:// only for this machine)")
        return value.rstrip("/")

    @property
    def name(self) -> str:
        """Give the words under which the ledger remembers what this target got."""
        return f"{self.kind} {self.url}"


class Condition(Part):
    """One condition on the source record; all must hold, else the session is skipped as `filtered`."""

    path: str = Field(description="Path into the record, as in a mapping.")
    equals: Any = Field(None, description="The value must be this.")
    in_: list[Any] | None = Field(None, alias="in", description="The value must be one of these.")
    not_in: list[Any] | None = Field(None, description="The value must be none of these.")
    matches: str | None = Field(None, description="RE2 that the value must contain.")
    exists: bool | None = Field(None, description="Whether there must be a value.")
    note: str | None = Field(None, description="For people.")


class Job(Part):
    """One job: which sessions go where, how, and when."""

    job: Name = Field(description="Name of the job: the file's name without .yaml.")
    tenant: Name = Field(description="Part of every external id: session ids are unique per tenant only.")
    schedule: Schedule | None = Field(
        None,
        description="When `connector serve` starts the job; dates are meant in its time zone.",
    )
    source: Source = Field(description="Where sessions come from.")
    mappings: Mappings = Field(description="Mapping files, relative to the project folder.")
    chats: ChatWriter = CHAT_WRITER
    agents: AgentsPolicy | None = Field(None, description="Left out: the metadata speaks, and must be complete.")
    audio: AudioPolicy = Field(default_factory=AudioPolicy, description="Recordings that are late or missing.")
    target: Target = Field(description="Where conversations go.")
    limits: Limits = Field(default_factory=Limits, description="How fast and when.")
    filter: list[Condition] = Field(default_factory=list, description="All must hold, else skipped `filtered`.")
    not_before: Annotated[datetime | date | None, BeforeValidator(_day)] = Field(
        None, description="Nothing that ended earlier is sent."
    )
    alerts: list[SecretStr] = Field(
        default_factory=list,
        description="Addresses that `connector serve` tells of exit code 1 or 3, a missed run and an overlong one.",
    )

    def earliest(self) -> datetime | None:
        """Give `not_before` as a moment; without an offset it is meant in the schedule's zone, a date from midnight."""
        value = self.not_before
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.timezone))).astimezone(UTC)

    @property
    def timezone(self) -> str:
        """Give the zone in which dates of this job are meant."""
        return self.schedule.timezone if self.schedule else "UTC"
