"""Which way SQLite takes to an answer: each question of a run has its index, however large the ledger."""

import pytest
from sqlalchemy import event

from connector import ledger
from connector.ledger import change


@pytest.fixture
def plans(connection):
    """Give a function that asks a question and tells how SQLite would go about it."""

    def explain(function, *args, **options):
        asked = []

        def remember(_connection, _cursor, statement, parameters, *_rest):
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", remember)
        function(connection, *args, **options)
        event.remove(connection, "before_cursor_execute", remember)
        told = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all() for sql, given in asked]
        return [row.detail for rows in told for row in rows]

    return explain


REJUDGED = {
    "tenant": "acme",
    "source_kind": "ccai",
    "target": "t",
    "mapping_hashes": {"call": "a", "chat": "b"},
    "policy_hash": "c",
    "agents_hash": "c+d",
    "job": "j",
}


@pytest.mark.parametrize(
    ("function", "args", "index"),
    [
        (ledger.pending_groups, ([1],), "ix_file_pending (place_id=? AND role=? AND session_id>?)"),
        (ledger.pending_groups, ([1],), "ix_file_pending (place_id=? AND role=? AND session_id=? AND id>?)"),
        (ledger.companions, ([1], [("call", "1")]), "ix_file_session (place_id=? AND session_id=? AND role=?)"),
        (ledger.find, ("1",), "ix_entry_external_id (external_id=?)"),
        (ledger.find, ("1",), "ix_entry_uid (uid=?)"),
        (ledger.find, ("1",), "sqlite_autoindex_entry_2 (session_id=?)"),
        (ledger.find, ("1",), "sqlite_autoindex_file_1 (place_id=? AND path=?)"),
        (ledger.delivered_before, ("acme", "t"), "ix_entry_state (tenant=? AND target=? AND state=?)"),
        (ledger.counts_by_state, (), "COVERING INDEX ix_entry_state"),
        (ledger.entries, (["1"],), "sqlite_autoindex_entry_1 (id=?)"),
        (ledger.entries_of_file, (1,), "ix_entry_file (file_id=?)"),
        (ledger.entries_of_sessions, ("acme", "ccai", "t"), "sqlite_autoindex_entry_2 (session_id=? AND channel=?"),
        (ledger.count_pending, ([1],), "ix_file_pending (place_id=? AND role=?)"),
        (ledger.steps, ("1",), "ix_step_entry (entry_id=?)"),
        (ledger.mark_rejudged, (), "ix_entry_work (tenant=? AND target=? AND source_kind=? AND state=?)"),
        (ledger.final_entries, ([1],), "COVERING INDEX ix_entry_file (file_id=?)"),
        (ledger.drop_placeholders, ([1],), "ix_entry_file (file_id=?)"),
    ],
)
def test_no_question_reads_a_whole_table(plans, function, args, index):
    """Each look into the ledger goes through its index; nothing scans files, entries or steps."""
    options = {ledger.mark_rejudged: REJUDGED, ledger.entries_of_sessions: {"keys": [("call", "1")]}}
    told = plans(function, *args, **options.get(function, {}))
    assert [] != [line for line in told if index in line], told
    assert [] == [line for line in told if line in {"SCAN file", "SCAN entry", "SCAN step"}], told
    assert [] == [line for line in told if line.endswith(("(place_id=?)", "(tenant=? AND target=?)"))], told


def test_comparing_a_listing_reads_each_row_by_index(plans, now):
    """The list leads: one look for each file by its path, and one for its entries that never touches their rows."""
    listed = [ledger.ListedFile("call-1.json", 1, 1, None, "metadata", "call", "1", None)]
    told = plans(ledger.record_listing, 1, ledger.ListedBatch(listed), now=now)
    assert "SCAN" == told[0][:4]
    assert "VIRTUAL TABLE" in told[0]
    assert "SEARCH file USING INDEX sqlite_autoindex_file_1 (place_id=? AND path=?) LEFT-JOIN" in told
    assert "SEARCH entry USING COVERING INDEX ix_entry_file (file_id=?)" in told


def test_waking_sessions_reads_by_index(plans, connection, now):
    """From each companion one look leads to its session's metadata and from there to its entries."""
    listed = [ledger.ListedFile("call-1.wav", 1, 1, None, "recording", "call", "1", None)]
    ledger.record_listing(connection, 1, ledger.ListedBatch(listed), now=now)
    told = plans(ledger.mark_companions, [1])
    assert "SEARCH file USING INDEX ix_file_session (place_id=? AND session_id=? AND role=?)" in told
    assert "SEARCH entry USING INDEX ix_entry_file (file_id=?)" in told
    assert [] == [line for line in told if line in {"SCAN entry", "SCAN file"}], told


def test_writing_a_change_reads_by_index(plans, make_change, connection):
    """What is written for each conversation never scans a table either."""
    told = plans(lambda opened: change.apply_changes(opened, [ledger.Change(files_done=(1, 2))]))
    change.apply_changes(connection, [make_change()])
    assert [] == [line for line in told if line in {"SCAN file", "SCAN entry", "SCAN step"}], told
