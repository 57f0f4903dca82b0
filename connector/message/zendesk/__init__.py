"""Take in the comments of Zendesk tickets, however their triggers spoil them."""

from connector.message.zendesk.source import make

__all__ = ["make"]
