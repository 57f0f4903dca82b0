"""Describe how fast a job may send, and at what times."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connector.job.definition.duration import parse_hours
from connector.job.definition.zone import TimeZone

__all__ = ["Limits"]


class Limits(BaseModel):
    """How fast and when; a limit that is left out does not bind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: int = Field(16, ge=1, le=512, description="Requests under way at once.")
    requests_per_second: float | None = Field(None, gt=0, description="Every request counts.")
    per_hour: int | None = Field(None, ge=1, description="Conversations created in an hour.")
    per_day: int | None = Field(None, ge=1, description="Conversations created in a day.")
    hours: str | None = Field(None, description="Times of day in which to send, like 20:00-06:00.")
    timezone: TimeZone = Field("UTC", description="IANA zone of `hours`.")
    backfill_share: float = Field(
        0.5, gt=0, le=1, description="Part of rate and budgets a backfill keeps beside runs of the same target."
    )

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None:
            parse_hours(value)
        return value
