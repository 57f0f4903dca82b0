"""Add what came after the first release: controls, backfills, who is at work, the inbox of messages, schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_backfill()
    _make_inbox()
    _make_cases()
    _make_case_events()
    _make_schedules()
    _make_import()
    _make_put_away()


def _make_put_away() -> None:
    op.create_table(
        "put_away",
        sa.Column("file_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )


def _make_backfill() -> None:
    op.create_table(
        "control",
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("scope", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
    op.create_table(
        "backfill_plan",
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.Column("changed_at", TIME, nullable=False),
    )
    _make_partitions()
    op.create_table(
        "presence",
        sa.Column("id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("target_key", "job", "kind", "facts")),
        sa.Column("seen_at", TIME, nullable=False),
    )


def _make_partitions() -> None:
    op.create_table(
        "backfill_partition",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("run_id", sa.Text()),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("finished_at", TIME),
    )
    op.create_index("ix_backfill_partition_job", "backfill_partition", ["job", "state", "day", "id"])
    op.create_table(
        "backfill_item",
        sa.Column("file_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("partition_id", KEY, nullable=False),
    )
    op.create_index("ix_backfill_item_partition", "backfill_item", ["partition_id"])


def _make_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("repeats", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("handled_at", TIME),
        sqlite_autoincrement=True,
    )
    waits = sa.text("state = 'waiting'")
    op.create_index("ix_inbox_waiting", "inbox", ["intake", "id"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_inbox_repeats", "inbox", ["body_hash", "received_at"])


def _make_cases() -> None:
    op.create_table(
        "text_case",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("case_uid", sa.Text()),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("fields_at", TIME),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("whole", "sent", "closed")),
        sa.Column("due_at", TIME),
        sa.Column("closes_at", TIME),
    )
    for name, column in (("ix_text_case_due", "due_at"), ("ix_text_case_closes", "closes_at")):
        set_ = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "text_case", ["intake", column], sqlite_where=set_, postgresql_where=set_)
    op.create_table(
        "call_event",
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("session_id", NAME, primary_key=True),
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )


def _make_case_events() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.Column("inbox_id", KEY),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("message", NAME),
        sa.Column("teller", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Text()),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    waits = sa.text("open")
    op.create_index("ix_case_event_case", "case_event", ["case_key", "message"])
    op.create_index("ix_case_event_open", "case_event", ["case_key", "id"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_case_event_entry", "case_event", ["entry_id"])
    op.create_index("ix_case_event_inbox", "case_event", ["inbox_id"])


def _make_schedules() -> None:
    op.create_table(
        "schedule",
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
    )
    op.create_table(
        "slot",
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("due_at", TIME, primary_key=True),
        sa.Column("run_id", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("noted_at", TIME, nullable=False),
    )


def _make_import() -> None:
    op.create_table(
        "message_import",
        sa.Column("intake", sa.Text(), primary_key=True),
        *(sa.Column(name, TIME, primary_key=True) for name in ("since", "until")),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
