"""Describe who looks into Capturi's developer portal."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["PortalVisitor"]


class PortalVisitor(BaseModel):
    """Who looks; Capturi wants to know and writes it down. A look costs one of five links an hour."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name of the person or team that looks.")
    email: str = Field(description="E-mail address of the same.")
    reason: str = Field("Check of uploaded conversations", description="Why somebody looks.")
