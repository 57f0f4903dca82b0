"""Read files that hold many sessions, one in each row, and give those to work on; what did not change is counted."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from io import BytesIO
from itertools import batched
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from connector import ledger
from connector import session as sessions
from connector.errors import FileChangedError, SkipError
from connector.job.execution import Execution
from connector.job.reading import Reading
from connector.job.version import is_older, version_of
from connector.job.work import Broken, Key, Work, info
from connector.ledger import EntryRow, FileRow
from connector.reason import Code, Outcome
from connector.session import BrokenRow, FileRole, Session

__all__ = ["close_files", "gather_rows"]
