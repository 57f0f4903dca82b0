"""Read what belongs to the process and not to a job: CONNECTOR_… from the environment and the project's .env."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from connector.errors import ConfigurationError
from connector.mistake import did_you_mean, problems

__all__ = ["PREFIX", "Settings", "doubtful", "environment", "load"]

PREFIX = "CONNECTOR_"


class Settings(BaseSettings):
    """The settings of one process; every name is read from the environment with the prefix CONNECTOR_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(default_factory=Path.cwd, description="The project folder: it holds jobs/ and mappings/.")
    ledger: str = Field("connector.db", description="Database URL or SQLite file of the ledger, relative to the home.")
    log: Literal["debug", "info", "warning", "error"] = Field("warning", description="Least level that is logged.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines look on standard error.")
    ca_file: Path | None = Field(None, description="PEM file of certificate authorities, instead of the system's.")
    hash_key: SecretStr | None = Field(None, description="Keys masks and the hashes of customers; never change it.")

    retention: int = Field(400, ge=0, description="Days for which steps and statistics of runs are kept; 0: for ever.")
    retention_bodies: int = Field(
        90, ge=0, description="Days for which the bodies of messages are kept once they were dealt with; 0: for ever."
    )
    keep_examples: bool = Field(
        False, description="Keep examples of personal values as they are, for `report --unmasked`; else their forms."
    )

    @property
    def ledger_url(self) -> str:
        """Give the ledger's address as a database URL; a relative SQLite file is relative to the home."""
        text = self.ledger
        if "://" not in text:
            return f"sqlite:///{(self.home / text).resolve()}"
        if text.startswith("sqlite:///") and not text.startswith("sqlite:////"):
            return f"sqlite:///{(self.home / text.removeprefix('sqlite:///')).resolve()}"
        return text

    @property
    def mask_key(self) -> bytes | None:
        """Give the key of masks and of customers' hashes; None where it is not set."""
        return self.hash_key.get_secret_value().encode() if self.hash_key else None


def environment(home: Path) -> Mapping[str, str]:
    """Give the variables `${NAME}` is looked up in: the project's .env, overruled by the real environment."""
    written = {name: value for name, value in dotenv_values(home / ".env").items() if value is not None}
    return {**written, **os.environ}


def doubtful(home: Path) -> list[str]:
    """Give a warning for each variable whose name looks like a setting's and is none; other names are left alone."""
    known = [name.upper() for name in Settings.model_fields]
    names = (name.removeprefix(PREFIX) for name in environment(home) if name.startswith(PREFIX))
    odd = ((name, did_you_mean(name, known)) for name in sorted(names) if name not in known)
    return [f"{PREFIX}{name} is no setting: after {PREFIX}, {hint}" for name, hint in odd if hint]


def load(home: Path | None = None) -> Settings:
    """Give this process's settings; raise ConfigurationError naming the variable that does not fit."""
    folder = home or Path(os.environ.get(f"{PREFIX}HOME") or Path.cwd())
    found = environment(folder)
    values = {
        name.removeprefix(PREFIX).lower(): value for name, value in found.items() if name.startswith(PREFIX) and value
    }
    values["home"] = str(folder.resolve())
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        # Not chained: it would show the values, which may be secrets.
        raise ConfigurationError(problems(error, Settings, lambda name: PREFIX + name.upper())) from None
