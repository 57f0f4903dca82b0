"""Describe the options of an SFTP storage: how to log in, which host key to trust, how hard to try."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from connector.errors import ConfigurationError, Problem
from connector.mistake import problems

__all__ = ["Credentials", "Jump", "SftpOptions", "read_options"]

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")


def _fingerprints(value: Any) -> Any:
    """Take one fingerprint or several; OpenSSH writes them without the padding that other programs add."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise ValueError("must be a fingerprint or a list of them")
    stripped = tuple(one.strip().rstrip("=") for one in found)
    if not all(_FINGERPRINT.match(one) for one in stripped):
        raise ValueError("is no fingerprint like SHA256:… with 43 characters; `ssh-keygen -lf KEY.pub` prints it")
    return stripped


def _agent(value: Any) -> Any:
    if not isinstance(value, bool | str) or value == "":
        raise ValueError("must be true, false or the path of the agent's socket")
    return value


def _jump(value: Any) -> Any:
    return {"address": value} if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(min_length=1)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Fingerprints = Annotated[tuple[str, ...], BeforeValidator(_fingerprints)]


class Credentials(BaseModel):
    """How one server lets us in, and how it shows that it is the right one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    password: Secret | None = Field(None, description='The password, as "${NAME}".')
    private_key_file: Text | None = Field(
        None, description="File with the private key, relative to the project folder."
    )
    private_key: Secret | None = Field(None, description='The private key itself, as "${NAME}".')
    passphrase: Secret | None = Field(None, description='Opens the private key, as "${NAME}".')
    agent: Annotated[bool | str, BeforeValidator(_agent)] = Field(
        False, description="Ask ssh-agent: true (SSH_AUTH_SOCK), or the path of its socket."
    )
    known_hosts: Text | None = Field(
        None, description="File with the host keys to trust; default: the known_hosts of this user's .ssh folder."
    )
    host_key: Fingerprints = Field(
        (),
        description="Fingerprint (SHA256:…) of the host key to trust, or a list of them, instead of known_hosts.",
    )

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.private_key_file and self.private_key:
            raise ValueError("private_key_file and private_key are both given: take one away")
        has_key = self.private_key_file or self.private_key
        if self.passphrase and not has_key:
            raise ValueError("passphrase opens a private key, but none is given: add private_key_file or private_key")
        return self

    @property
    def can_log_in(self) -> bool:
        """Tell whether there is any means to log in."""
        return bool(self.password or self.private_key_file or self.private_key or self.agent)


class Jump(Credentials):
    """A host on the way; without means of its own to log in, it is given those of the server behind it."""

    address: Text = Field(description="user@host:port of the host on the way.")


class SftpOptions(Credentials):
    """Everything that `options` may hold for sftp://."""

    jump: Annotated[Jump | None, BeforeValidator(_jump)] = Field(
        None, description="Host on the way: user@host:port, or an object of address and options of its own."
    )
    connections: int = Field(4, ge=1, le=16, description="Most connections at once; they log in one after the other.")
    timeout_seconds: float = Field(30, gt=0, le=600, description="Longest silence of the server that is waited out.")
    reconnect_seconds: float = Field(
        120, ge=0, le=3600, description="How long a connection that broke in a run is tried to be had again."
    )


def read_options(options: Mapping[str, Any]) -> SftpOptions:
    """Give the options; raise ConfigurationError with every mistake, and never with a value."""
    try:
        found = SftpOptions.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigurationError(problems(error, SftpOptions, "options.{}".format)) from None
    if not found.can_log_in:
        hint = "give password, private_key_file, private_key or agent"
        raise ConfigurationError([Problem("names no way to log in", field="options", hint=hint)])
    return found
