"""Hold how a Zendesk account is reached, and how fast it may be asked."""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["EXPORTS_PER_MINUTE", "REQUESTS_PER_MINUTE", "Access"]

REQUESTS_PER_MINUTE: Final = 200
"""What the smallest plan lets an account do, all its programs together; larger plans allow up to 2,500."""
EXPORTS_PER_MINUTE: Final = 10
"""What the incremental exports allow; 30 with the High Volume add-on."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whose Zendesk is asked, and as whom: an administrator, or an agent where that is enough."""

    url: str
    """Like https://acme.zendesk.com."""
    email: str
    token: str = field(repr=False)
    requests_per_minute: int = REQUESTS_PER_MINUTE
    exports_per_minute: int = EXPORTS_PER_MINUTE
