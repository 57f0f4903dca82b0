"""Know Sangoma CX Digital Interactions: read what it sends, and ask its interface for programs."""

from connector.message.sangoma.source import make

__all__ = ["make"]
