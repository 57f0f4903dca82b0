"""Know the AI agents of Zendesk (Advanced): read what they and their visitors write, and speak with them."""

from connector.message.ultimate.answer import goes_to_chat
from connector.message.ultimate.source import make

__all__ = ["goes_to_chat", "make"]
