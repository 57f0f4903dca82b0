"""Keep apart what was delivered from what becomes of its late recording."""

from dataclasses import dataclass

from connector.ledger import EntryRow

__all__ = ["NO_AUDIO", "Late"]

NO_AUDIO = "no_audio"
"""The fact of a step that says what keeps the late recording away."""

SINCE = (
    *("code", "detail", "retry_at", "changed_at", "version", "file_id"),
    *("audio_state", "audio_tries"),
)
"""What is known since of the recording and the file of an entry that stays as it was delivered."""


@dataclass(frozen=True, slots=True)
class Late:
    """What was delivered without its recording, which came since."""

    known: EntryRow
    """The entry as it was delivered."""
    recordings: str
    """A digest of the recordings that there are now."""
    is_counted: bool
    """Whether this run counts the entry where nothing comes of it: the listing may have done so."""

    def kept(self, now: EntryRow) -> EntryRow:
        """Give the entry as the earlier run delivered it, with what is known since of its recording and its file."""
        since = {name: getattr(now, name) for name in SINCE}
        return self.known._replace(**since)
