"""Add what came after the first release: controls, backfills, who is at work, and the inbox of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_backfill()
    _make_inbox()


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
