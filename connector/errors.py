"""Name every way the connector can fail, grouped by what the caller must do about it.

ConnectorError
├── ConfigurationError      a person mends a setting, job or mapping; nothing was started (exit code 2)
├── TryAgainError           passing trouble: back off, then try again
│   ├── OutcomeUnknownError     the request went out, its answer did not come back
│   └── TargetUnreachableError  no connection to the target could be made; nothing was sent
├── SkipError               this one record cannot go on; write the reason down and take the next
│   ├── FileMissingError        the file was listed and is gone
│   ├── FileStaysError          the file cannot be put away, and others can
│   ├── FileChangedError        the file changed while it was read
│   ├── FileTruncatedError      the file ends too early: it is being written still, or was cut off
│   └── RulesBrokenError        fields break rules of the target; carries every one of them
├── NotAdmittedError        a request to the intake is turned away; the answer is its status
│   └── OutsideToleranceError   its signature is right and its time is not: only a repetition of what is stored may pass
└── StopError               the run cannot go on (exit code 1)
    ├── TargetRejectedTokenError    the target does not accept the token
    ├── StorageUnreachableError     the storage cannot be reached or refuses the credentials
    │   └── StorageAwayError            it does not answer, and may come back
    ├── LedgerError                 the ledger cannot be written
    │   └── LedgerAwayError             its server does not answer, and may come back
    ├── AlreadyRunningError         another process runs the same job
    └── LeaseLostError              another worker has this part of a backfill now
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.reason import Code

__all__ = [
    "AlreadyRunningError",
    "ConfigurationError",
    "ConnectorError",
    "FileChangedError",
    "FileMissingError",
    "FileStaysError",
    "FileTruncatedError",
    "LeaseLostError",
    "LedgerAwayError",
    "LedgerError",
    "NotAdmittedError",
    "OutcomeUnknownError",
    "OutsideToleranceError",
    "Problem",
    "RulesBrokenError",
    "SkipError",
    "StopError",
    "StorageAwayError",
    "StorageUnreachableError",
    "TargetRejectedTokenError",
    "TargetUnreachableError",
    "TryAgainError",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file that a person wrote, with the place and the remedy."""

    message: str
    file: Path | None = None
    line: int | None = None
    column: int | None = None
    field: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """Read like a compiler's message: `jobs/nightly.yaml:7:3: target.token: … (remedy)`."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        parts = [part for part in (place, self.field) if part]
        text = ": ".join([*parts, self.message])
        return f"{text} ({self.hint})" if self.hint else text


class ConnectorError(Exception):
    """The connector could not go on."""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        """Give the message, and the remedy where one is known."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigurationError(ConnectorError):
    """A setting, job or mapping must be mended."""

    def __init__(self, problems: Sequence[Problem] | str, *, hint: str = "") -> None:
        if isinstance(problems, str):
            problems = (Problem(problems, hint=hint),)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TryAgainError(ConnectorError):
    """Passing trouble; the same request may succeed later."""

    def __init__(self, message: str = "", *, wait_seconds: float | None = None, hint: str = "") -> None:
        self.wait_seconds = wait_seconds
        super().__init__(message, hint=hint)


class OutcomeUnknownError(TryAgainError):
    """The request was sent whole and no answer came back: it may have been carried out."""


class TargetUnreachableError(TryAgainError):
    """No connection to the target could be made; nothing was sent."""


class SkipError(ConnectorError):
    """The record cannot go on; the others can."""

    def __init__(self, code: Code, message: str = "", *, hint: str = "") -> None:
        self.code = code
        super().__init__(message, hint=hint)


class NotAdmittedError(ConnectorError):
    """A request to the intake is turned away; the caller answers with its status."""

    def __init__(self, status: int, message: str = "", *, hint: str = "") -> None:
        self.status = status
        super().__init__(message, hint=hint)


class OutsideToleranceError(NotAdmittedError):
    """The request is signed rightly, at a time that lies too far from now.

    `repeats` is what its ticket would say: where the same body is stored under it, the request is a late repetition.
    """

    def __init__(self, repeats: str) -> None:
        self.repeats = repeats
        super().__init__(401, "the time of the signature lies outside the tolerance")


class FileMissingError(SkipError):
    """The file is no longer where it was listed."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(Code.UNREADABLE, f"{path} is no longer in the storage")


class FileChangedError(SkipError):
    """The file changed while it was read."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(Code.SETTLING, f"{path} changed while it was read")


class FileStaysError(SkipError):
    """The file cannot be put away for a reason of its own, whatever the storage allows."""


class FileTruncatedError(SkipError):
    """The file ends too early: while it is young somebody may still be writing it."""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(Code.UNREADABLE, message, hint=hint)


class RulesBrokenError(SkipError):
    """The record does not fit what the target accepts.

    `rules` holds each field with the rule that it breaks, never a value.
    """

    def __init__(self, code: Code, rules: Sequence[tuple[str, str]], *, hint: str = "") -> None:
        self.rules: tuple[tuple[str, str], ...] = tuple(rules)
        super().__init__(code, "; ".join(f"{field} {rule}" for field, rule in self.rules), hint=hint)


class StopError(ConnectorError):
    """The run cannot go on."""


class TargetRejectedTokenError(StopError):
    """The target does not accept the token."""


class StorageUnreachableError(StopError):
    """The storage cannot be reached or refuses the credentials."""


class StorageAwayError(StorageUnreachableError):
    """The storage does not answer any more."""


class LedgerError(StopError):
    """The ledger cannot be read or written."""


class LedgerAwayError(LedgerError):
    """The ledger's server does not answer."""


class AlreadyRunningError(StopError):
    """Another process is running this job."""


class LeaseLostError(StopError):
    """Another worker has taken over this part of the backfill; what it writes counts."""
