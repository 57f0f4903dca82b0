"""Add to a session what its metadata does not know: who the agent was, later which case and company."""

from connector.enrichment.agents import Directory, read_directory
from connector.enrichment.model import Agent

__all__ = ["Agent", "Directory", "read_directory"]
