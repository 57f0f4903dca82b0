"""Keep every change before it counts, and remember all of them when the sandbox comes back."""

import uuid
from datetime import UTC
from pathlib import Path
from typing import Any

from connector.clock import Clock
from connector.errors import ConfigurationError
from connector.sandbox.journal import Journal
from connector.sandbox.memory import Conversation, Event, Memory

__all__ = ["Store"]


class Store:
    """The memory of one sandbox and the only way to change it; without a folder it lives as long as the process."""

    def __init__(self, clock: Clock, folder: Path | None) -> None:
        self._clock = clock
        self.folder = folder
        self.memory = Memory()
        self._journal = Journal(folder) if folder else None
        if self._journal:
            self._remember(self._journal)

    def _remember(self, journal: Journal) -> None:
        try:
            for number, event in enumerate(journal.events(), 1):
                self._apply(event, journal, number)
        except ConfigurationError:
            journal.close()
            raise
        for partial in (journal.path.parent / "audio").glob("*.part"):
            partial.unlink()

    def _apply(self, event: Event, journal: Journal, number: int) -> None:
        try:
            self.memory.apply(event)
        except (KeyError, TypeError) as error:
            raise journal.unreadable(number) from error

    def now(self) -> str:
        """Give the present moment as ISO 8601 text in UTC."""
        return self._clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")

    def close(self) -> None:
        """Let go of the folder."""
        if self._journal:
            self._journal.close()

    def empty(self) -> None:
        """Forget everything, kept recordings too."""
        self.memory = Memory()
        if self._journal:
            self._journal.empty()
        if self.folder:
            for recording in (self.folder / "audio").glob("*"):
                recording.unlink()

    def create(self, api: str, fields: dict[str, Any], body: dict[str, Any]) -> Conversation:
        """Give a new conversation its uid and keep it."""
        uid = str(uuid.uuid4())
        self._record({"event": "conversation.created", "uid": uid, "api": api, "fields": fields, "body": body})
        return self.memory.conversations[uid]

    def repeat(self, conversation: Conversation) -> None:
        """Note that a conversation was created once more, which was refused."""
        self._record({"event": "conversation.repeated", "uid": conversation.uid})

    def keep_audio(self, conversation: Conversation, audio: dict[str, Any]) -> None:
        """Keep the facts of a recording that arrived whole: those of Audio, without the time."""
        self._record({"event": "audio.stored", "uid": conversation.uid, "audio": audio})

    def refuse_audio(self, conversation: Conversation) -> None:
        """Note that a second recording arrived whole, which was refused."""
        self._record({"event": "audio.refused", "uid": conversation.uid})

    def write_case(self, case_uid: str, fields: dict[str, Any], messages: list[dict[str, Any]]) -> None:
        """Make these the fields and all messages of the case; `fields` name its id, which may be a new one."""
        self._record({"event": "case.written", "case": case_uid, "fields": fields, "messages": messages})

    def add_message(
        self, case_uid: str, message: dict[str, Any], *, fields: dict[str, Any] | None, replace: bool
    ) -> None:
        """Add one message to a case, in the place of the one with its id where `replace` says so.

        `fields` overwrite the case's own; a case that is new needs them.
        """
        self._record(
            {"event": "message.added", "case": case_uid, "message": message, "fields": fields, "replace": replace}
        )

    def _record(self, event: Event) -> None:
        event["at"] = self.now()
        if self._journal:
            self._journal.append(event)
        self.memory.apply(event)
