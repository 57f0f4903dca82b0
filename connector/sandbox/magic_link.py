"""Hand out links to the developer portal: 24 hours long, at most five an hour."""

import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.clock import Clock

__all__ = ["MagicLink", "MagicLinks"]

LIFETIME = timedelta(hours=24)
PERIOD = timedelta(hours=1)
MOST_IN_PERIOD = 5


@dataclass(frozen=True, slots=True)
class MagicLink:
    """A secret of 64 characters that opens the portal until it expires, or once."""

    secret: str
    expires_at: datetime
    single_use: bool


class MagicLinks:
    """The links of one sandbox; they end with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._links: dict[str, MagicLink] = {}
        self._made_at: deque[datetime] = deque()

    def make(self, *, single_use: bool) -> MagicLink | None:
        """Give a new link, or None where five were made within the hour."""
        now = self._clock.now()
        while self._made_at and self._made_at[0] <= now - PERIOD:
            self._made_at.popleft()
        if len(self._made_at) >= MOST_IN_PERIOD:
            return None
        self._made_at.append(now)
        link = MagicLink(secrets.token_hex(32), now + LIFETIME, single_use)
        self._links[link.secret] = link
        return link

    def opens(self, secret: str) -> bool:
        """Tell whether this secret opens the portal now; a link for single use opens it for one request.

        What single use means in detail is not documented.
        """
        link = self._links.get(secret)
        if link is None or link.expires_at <= self._clock.now():
            return False
        if link.single_use:
            del self._links[secret]
        return True
