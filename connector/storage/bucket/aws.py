"""Find the keys with which Amazon's services are asked: given, in the environment, or lent by a role."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from connector import settings
from connector.errors import ConfigurationError, Problem, StorageUnreachableError
from connector.storage.bucket.signature import Keys

__all__ = ["AwsKeys", "Source", "keys_of_environment"]

SESSION_NAME = "conversation-connector"
REGION = "us-east-1"

_NONE_FOUND = "give access_key_id and secret_access_key, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class Source:
    """Where keys come from: given ones, else those of this machine; with a role, the keys it lends for them."""

    given: Keys | None
    role_arn: str | None
    region: str | None
    ca_file: Path | None


class AwsKeys:
    """The present keys, renewed where they expire."""

    def __init__(self, source: Source) -> None:
        """Read nothing yet; raise ConfigurationError where the extra is needed and not installed."""
        self._given = source.given if source.role_arn is None else None
        if self._given is None:
            _require_botocore()
            _require_sound_files()
        self._source = source
        self._lender: Any = None
        self._present: Keys | None = None
        self._lock = asyncio.Lock()

    @property
    def identity(self) -> str:
        """Give the id of the access key, and the role that lends it."""
        keys = self._given or self._present
        key = f"the access key {keys.access_key_id}" if keys else "the keys of this machine"
        return f"{key}, lent by the role {self._source.role_arn}" if self._source.role_arn else key

    async def present(self) -> Keys:
        """Give keys that hold now; raise StorageUnreachableError with the remedy where there are none."""
        if self._given is not None:
            return self._given
        async with self._lock:
            if self._present is None or self._expires():
                self._present = await asyncio.to_thread(self._get)
            return self._present

    def forget(self) -> bool:
        """Get other keys next time; give whether that can be."""
        self._lender = self._present = None
        return self._given is None

    def _expires(self) -> bool:
        needed: Callable[[], bool] = getattr(self._lender, "refresh_needed", lambda: False)
        return needed()

    def _get(self) -> Keys:
        import botocore.exceptions as refused  # noqa: PLC0415 - comes with the extra

        try:
            if self._lender is None:
                self._lender = _lender(self._source)
            if self._lender is not None:
                found = self._lender.get_frozen_credentials()
                return Keys(found.access_key, found.secret_key, found.token)
            message = "there are no credentials for Amazon on this machine"
            trouble = StorageUnreachableError(message, hint=_NONE_FOUND)
        except (refused.ProfileNotFound, refused.PartialCredentialsError, refused.ConfigParseError) as error:
            message = f"the credentials for Amazon on this machine are incomplete or spoilt ({type(error).__name__})"
            trouble = StorageUnreachableError(message, hint=_NONE_FOUND)
        except refused.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            hint = "see whether the role's trust policy names the account that asks, and whether its keys are right"
            trouble = StorageUnreachableError(f"Amazon does not lend the role's keys ({code})", hint=hint)
        except refused.BotoCoreError as error:
            hint = "see the network, and the credentials of this machine"
            trouble = StorageUnreachableError(f"Amazon gives no keys ({type(error).__name__})", hint=hint)
        raise trouble


def keys_of_environment(home: Path, *, needed: bool) -> tuple[Keys | None, str | None]:
    """Give the keys and the region that the environment and the project's .env name.

    Raises ConfigurationError where they are needed and only one half of them is there.
    """
    found = settings.environment(home)
    region = found.get("AWS_REGION") or found.get("AWS_DEFAULT_REGION") or None
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    key, secret = (found.get(name) or "" for name in names)
    if needed and bool(key) is not bool(secret):
        message, hint = f"{names[bool(key)]} is not set, but {names[not key]} is", "set both of them, or neither"
        raise ConfigurationError([Problem(message, field="options", hint=hint)])
    return (Keys(key, secret, found.get("AWS_SESSION_TOKEN") or None) if key and secret else None), region


def _lender(source: Source) -> Any:
    """Give what hands out keys, None where this machine has none."""
    import botocore.credentials  # noqa: PLC0415 - comes with the extra
    import botocore.session  # noqa: PLC0415

    session = botocore.session.Session()
    if source.given is None:
        own = session.get_credentials()
    else:
        own = botocore.credentials.Credentials(
            source.given.access_key_id, source.given.secret_access_key, source.given.session_token
        )
    if source.role_arn is None or own is None:
        return own
    region = source.region or session.get_config_variable("region") or REGION
    verify = str(source.ca_file) if source.ca_file else None
    fetcher = botocore.credentials.AssumeRoleCredentialFetcher(
        partial(session.create_client, region_name=region, verify=verify),
        own,
        source.role_arn,
        extra_args={"RoleSessionName": SESSION_NAME},
    )
    return botocore.credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _require_sound_files() -> None:
    """Raise ConfigurationError for what this machine's own files and variables say wrongly: nobody need be asked."""
    import botocore.exceptions as refused  # noqa: PLC0415 - comes with the extra
    import botocore.session  # noqa: PLC0415

    try:
        botocore.session.Session().get_scoped_config()
    except refused.ProfileNotFound:
        problem = Problem("AWS_PROFILE names a profile that is not there", field="options", hint=_NONE_FOUND)
    except (refused.ConfigParseError, refused.ConfigNotFound):
        hint = "mend ~/.aws/config and ~/.aws/credentials, or give the keys"
        problem = Problem("Amazon's files of profiles cannot be read", field="options", hint=hint)
    else:
        return
    raise ConfigurationError([problem])


def _require_botocore() -> None:
    try:
        import botocore  # noqa: F401, PLC0415 - see whether it is there
    except ModuleNotFoundError:
        hint = f'{_NONE_FOUND}; or, for roles and profiles, pip install "conversation-connector[s3]"'
        raise ConfigurationError([Problem("names no credentials", field="options", hint=hint)]) from None
