"""Describe the credentials with which Sangoma CX is asked, as an intake file names them."""

from typing import Annotated

from pydantic import Field, SecretStr

from connector.job.definition.model import Part
from connector.message.sangoma.access import Access

__all__ = ["Cpaas"]


class Cpaas(Part):
    """The interface of Sangoma CX for programs; `connector sangoma` alone needs it."""

    tenant_domain: str = Field(min_length=1, description="Domain of the tenant, for example acme.cx.sangoma.com.")
    client_id: str = Field(min_length=1, description="From System > Configuration > CPaaS Credentials.")
    client_secret: Annotated[SecretStr, Field(min_length=1)] = Field(description='The secret to it, as "${NAME}".')
    url: str = Field("https://cpaas.sangoma.com/cx", description="Address of the interface.")
    token_url: str = Field("https://auth.sangoma.com/oauth/token", description="Address that gives tokens.")

    def access(self) -> Access:
        """Give what the client needs to know."""
        secret = self.client_secret.get_secret_value()
        return Access(self.tenant_domain, self.client_id, secret, url=self.url, token_url=self.token_url)
