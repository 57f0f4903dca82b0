"""Read the options of a storage into a model, with every mistake at once and never a value."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from connector.errors import ConfigurationError
from connector.mistake import problems

__all__ = ["Options", "Secret", "Text", "read"]

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class Options(BaseModel):
    """What the options of every object store share."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


M = TypeVar("M", bound=Options)


def read(model: type[M], options: Mapping[str, Any]) -> M:
    """Give the options; raise ConfigurationError with every mistake in them."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        found = problems(error, model, "options.{}".format)
    raise ConfigurationError(found)
