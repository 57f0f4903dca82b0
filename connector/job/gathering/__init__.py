"""Gather from the storages what belongs to one session, and put its files away once it is delivered."""
