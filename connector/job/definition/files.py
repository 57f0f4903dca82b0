"""Describe the options of `kind: files`: what the files are, and where a row says which call it is of."""

import codecs
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connector.errors import ConfigurationError, Problem
from connector.job.definition.zone import TimeZone
from connector.mistake import did_you_mean, problems
from connector.session.moment import known_form
from connector.session.parquet import PARQUET_HINT, can_read_parquet
from connector.storage.kinds import KINDS

__all__ = ["KIND", "AgentPaths", "FilesOptions", "RecordingPlace", "files_options", "storage_options"]

KIND = "files"
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
_PLACE = "{id}"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AgentPaths(_Part):
    """Where a row tells who the agent was; by these the agents file is searched, and `$agent` is made of them."""

    id: str | None = Field(None, description="Path of the agent's id.")
    number: str | None = Field(None, description="Path of the agent's number or extension.")
    email: str | None = Field(None, description="Path of the agent's e-mail address.")
    name: str | None = Field(None, description="Path of the agent's name.")
    team: str | None = Field(None, description="Path of the agent's team.")

    def given(self) -> dict[str, str]:
        """Give the paths that are told."""
        return self.model_dump(exclude_none=True)


class RecordingPlace(_Part):
    """How the recording of a row is found: by a field that names it, or by its own name."""

    path: str | None = Field(None, description="Path of the field that names the recording; folders in it may differ.")
    pattern: str | None = Field(
        None, description='File name with {id} in it: "{id}.wav", "*_{id}.mp3", "{id}-{part}.wav".'
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.path is None) == (self.pattern is None):
            raise ValueError("must say either path or pattern")
        if self.pattern is not None and self.pattern.count(_PLACE) != 1:
            raise ValueError(f"the pattern must have {_PLACE} in it once")
        if self.pattern is not None and any(beside in self.pattern for beside in (f"*{_PLACE}", f"{_PLACE}*")):
            raise ValueError(f"a star beside {_PLACE} leaves open where the id ends: put the sign between them")
        if self.pattern is not None and self.pattern.count("{part}") > 1:
            raise ValueError("the pattern may have {part} in it once")
        return self


class FilesOptions(_Part):
    """What `source.options` says for `kind: files`, beside the options of the storage."""

    id: str = Field(description="Path of the call's id, which is unique in the tenant.")
    format: Literal["json", "jsonl", "csv", "excel", "parquet"] | None = Field(
        None, description="Form of the files; left out: by the end of their names."
    )
    pattern: list[str] | None = Field(
        None, description="Names of the metadata files, like calls-*.csv; left out: every file of a known form."
    )
    channel: Literal["call"] = Field("call", description="What a row is.")
    updated_at: str | None = Field(
        None, description="Path of the time of the last change: of one id the newest row counts."
    )
    ended_at: str | None = Field(
        None, description="Path of the end of the call: `settle`, --since and waits count from it."
    )
    recording: RecordingPlace = Field(
        RecordingPlace(pattern="{id}.*"), description="Where the recording is; left out: the file named by the id."
    )
    agent: AgentPaths = Field(AgentPaths(), description="Where a row tells who the agent was.")
    timezone: TimeZone = Field("UTC", description="IANA zone of times without an offset under updated_at and ended_at.")
    time_format: str | None = Field(
        None, description="Form of those times where it is not ISO, like %d.%m.%Y %H:%M:%S."
    )
    delimiter: str | None = Field(None, description="CSV: one character, or tab; left out: found in the header.")
    encoding: str | None = Field(None, description="CSV: for example cp1252; left out: UTF-8, or UTF-16 with its mark.")
    sheet: str | None = Field(None, description="Excel: name of the sheet; left out: the first one.")

    @field_validator("pattern", mode="before")
    @classmethod
    def _pattern(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("time_format")
    @classmethod
    def _time_format(cls, value: str | None) -> str | None:
        return known_form(value) if value is not None else None

    @field_validator("delimiter")
    @classmethod
    def _delimiter(cls, value: str | None) -> str | None:
        found = DELIMITERS.get(value, value) if value is not None else None
        if found is not None and len(found) != 1:
            raise ValueError(f"must be one character, or one of {', '.join(DELIMITERS)}")
        return found

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            # Among those that are known are some that are none of text, such as base64, and some that take no bytes.
            "id".encode(value).decode(value, "surrogateescape")
            return codecs.lookup(value).name
        except (LookupError, UnicodeError) as error:
            raise ValueError("is no encoding that is known here: use utf-8, utf-16, cp1252, iso-8859-15 …") from error

    def read_for(self) -> dict[str, str]:
        """Give the paths that stand in the options with what each is read for, in words."""
        told: dict[str | None, str] = {
            **{path: f"the agent's {name}" for name, path in self.agent.given().items()},
            self.recording.path: "which recording is whose",
            self.updated_at: "when the row was changed",
            self.ended_at: "the end of the call",
            self.id: "the id",
        }
        return {path: purpose for path, purpose in told.items() if path is not None}

    @property
    def patterns(self) -> list[str]:
        """Give the names of metadata files as a list, empty where none are told."""
        return self.pattern or []


def storage_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that are the storage's own."""
    return {name: value for name, value in options.items() if kind != KIND or not _is_of_files(name, value)}


def files_options(options: Mapping[str, Any]) -> FilesOptions:
    """Give what the options say of the files; raise ConfigurationError with every mistake.

    An option that nobody knows is a mistake here where it is nearly the name of one of these.
    """
    mine = {name: value for name, value in options.items() if _is_of_files(name, value)}
    of_storages = {name for kind in KINDS.values() for name in kind.options}
    wrong = [
        Problem("is not a known option", field=f"options.{name}", hint=hint)
        for name in sorted(options.keys() - mine.keys() - of_storages)
        if (hint := did_you_mean(name, FilesOptions.model_fields))
    ]
    try:
        found = FilesOptions.model_validate(mine)
    except ValidationError as error:
        raise ConfigurationError([*wrong, *problems(error, FilesOptions, "options.{}".format)]) from error
    if found.format == "parquet" and not can_read_parquet():
        wrong.append(Problem("needs a library that is not installed", field="options.format", hint=PARQUET_HINT))
    if wrong:
        raise ConfigurationError(wrong)
    return found


def _is_of_files(name: str, value: Any) -> bool:
    # A storage may have an option `agent` as well, which is no set of paths.
    return name in FilesOptions.model_fields and (name != "agent" or isinstance(value, Mapping))
