"""Reach the files, wherever they lie: a folder, a server, a bucket."""

from connector.storage.guard import Guard
from connector.storage.kinds import open_storage
from connector.storage.model import FileInfo, ReadAt, Storage
from connector.storage.swift import Swift

__all__ = ["FileInfo", "Guard", "ReadAt", "Storage", "Swift", "open_storage"]
