"""Keep the ledger: what was seen, held, sent and refused, and why; the only thing that outlives a run.

Everything but the opening, the copy and the lock is a function of a connection and runs through Ledger.transact or
Ledger.read; what happens to entries goes through Ledger.write.
"""

from connector.ledger.budget import spend
from connector.ledger.case_events import call_facts, close_idle, enqueue
from connector.ledger.case_model import CallFact, CaseEventRow, CaseRow, Desk, NewEvent, Turn, session_of
from connector.ledger.case_model import Place as CasePlace
from connector.ledger.cases import count_open, due_cases, next_due, open_events, reopen, reopen_remapped
from connector.ledger.companion import Marked, final_entries, mark_companions
from connector.ledger.control import (
    BACKFILL,
    CANCELLED,
    PAUSED,
    RUNNING,
    SCHEDULE,
    Control,
    control,
    controls,
    set_control,
)
from connector.ledger.correction import NEVER_NS, drop_entries, drop_placeholders, mark_missing, take_back
from connector.ledger.finished import delivered_files, nameless_files
from connector.ledger.history import (
    entries,
    entries_of_file,
    entries_of_session,
    entries_of_sessions,
    file_address,
    find,
    steps,
)
from connector.ledger.inbox import (
    accept,
    count_inbox,
    find_message,
    is_stored,
    mark_handled,
    mark_waiting,
    waiting_messages,
)
from connector.ledger.listing import place_id, record_listing
from connector.ledger.lock import file_lock, job_lock
from connector.ledger.model import (
    START,
    UNREADABLE_CHANNEL,
    UNREADABLE_ROW_CHANNEL,
    Change,
    Cursor,
    EntryRow,
    FileRow,
    Group,
    ListedFile,
    Listing,
    RunRow,
    Spent,
    StepRow,
    Window,
    entry_id,
)
from connector.ledger.overview import count_pending, counts_by_state, delivered_before
from connector.ledger.plan import DONE, WORKING, Planned, end_plan, plan, start_plan
from connector.ledger.received import Handled, InboxRow, InboxState, Received, hash_body
from connector.ledger.rehearsal import exists, rehearsal_copy
from connector.ledger.removal import doubled_recordings
from connector.ledger.runlog import finish_run, latest_runs, run, runs, save_statistics, start_run, statistics
from connector.ledger.schema import upgrade
from connector.ledger.shared import (
    Source,
    drop_mended,
    files,
    mark_lacking_audio,
    mark_unread,
    pending_files,
    waiting_entries,
)
from connector.ledger.worklist import Label, companions, mark_pending, mark_rejudged, pending_groups, relabel
from connector.ledger.writer import Ledger, open_ledger

__all__ = [
    "BACKFILL",
    "CANCELLED",
    "DONE",
    "NEVER_NS",
    "PAUSED",
    "RUNNING",
    "SCHEDULE",
    "START",
    "UNREADABLE_CHANNEL",
    "UNREADABLE_ROW_CHANNEL",
    "WORKING",
    "CallFact",
    "CaseEventRow",
    "CasePlace",
    "CaseRow",
    "Change",
    "Control",
    "Cursor",
    "Desk",
    "EntryRow",
    "FileRow",
    "Group",
    "Handled",
    "InboxRow",
    "InboxState",
    "Label",
    "Ledger",
    "ListedFile",
    "Listing",
    "Marked",
    "NewEvent",
    "Planned",
    "Received",
    "RunRow",
    "Source",
    "Spent",
    "StepRow",
    "Turn",
    "Window",
    "accept",
    "call_facts",
    "close_idle",
    "companions",
    "control",
    "controls",
    "count_inbox",
    "count_open",
    "count_pending",
    "counts_by_state",
    "delivered_before",
    "delivered_files",
    "doubled_recordings",
    "drop_entries",
    "drop_mended",
    "drop_placeholders",
    "due_cases",
    "end_plan",
    "enqueue",
    "entries",
    "entries_of_file",
    "entries_of_session",
    "entries_of_sessions",
    "entry_id",
    "exists",
    "file_address",
    "file_lock",
    "files",
    "final_entries",
    "find",
    "find_message",
    "finish_run",
    "hash_body",
    "is_stored",
    "job_lock",
    "latest_runs",
    "mark_companions",
    "mark_handled",
    "mark_lacking_audio",
    "mark_missing",
    "mark_pending",
    "mark_rejudged",
    "mark_unread",
    "mark_waiting",
    "nameless_files",
    "next_due",
    "open_events",
    "open_ledger",
    "pending_files",
    "pending_groups",
    "place_id",
    "plan",
    "record_listing",
    "rehearsal_copy",
    "relabel",
    "reopen",
    "reopen_remapped",
    "run",
    "runs",
    "save_statistics",
    "session_of",
    "set_control",
    "spend",
    "start_plan",
    "start_run",
    "statistics",
    "steps",
    "take_back",
    "upgrade",
    "waiting_entries",
    "waiting_messages",
]
