"""Make the first tables: places, files, entries, steps, runs, mapping statistics, budgets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What a migration needs stands in it: the models go on changing, what was once migrated does not.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_listing()
    _make_entries()
    _make_steps()
    _make_runs()


def _make_listing() -> None:
    op.create_table(
        "place",
        sa.Column("id", KEY, primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("tenant", "source_kind", "target", "address")),
        sa.UniqueConstraint("tenant", "source_kind", "target", "address", name="uq_place"),
    )
    op.create_table(
        "file",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("place_id", KEY, nullable=False),
        sa.Column("path", NAME, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("session_id", NAME),
        sa.Column("part", sa.Integer()),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.UniqueConstraint("place_id", "path", name="uq_file"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_file_session", "file", ["place_id", "session_id", "role"])
    _make_index("ix_file_pending", "file", "place_id role session_id id", where="pending")


def _make_entries() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("session_id", NAME, nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text()),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("uuid", sa.Text()),
        sa.Column("started_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("version", sa.Text()),
        sa.Column("file_id", KEY),
        sa.Column("mapping", sa.Text()),
        sa.Column("mapping_hash", sa.Text()),
        sa.Column("policy_hash", sa.Text()),
        sa.Column("uid", sa.Text()),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME),
        sa.Column("audio_state", sa.Text(), nullable=False),
        sa.Column("audio_sha256", sa.Text()),
        sa.Column("audio_bytes", sa.BigInteger()),
        sa.Column("audio_tries", sa.Integer(), nullable=False),
        sa.Column("transcript_version", sa.Text()),
        sa.Column("customer_hash", sa.Text()),
        sa.Column("run_id", sa.Text()),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("retry_at", TIME),
        sa.UniqueConstraint("session_id", "channel", "source_kind", "tenant", "target", "leg", name="uq_entry"),
    )
    _make_entry_indexes()


def _make_steps() -> None:
    op.create_table(
        "step",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.Column("at", TIME, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_index("ix_step_entry", "step", ["entry_id"])


def _make_entry_indexes() -> None:
    op.create_index("ix_entry_state", "entry", ["tenant", "target", "state", "source_kind", "code"])
    work = "tenant target source_kind state mapping_hash policy_hash file_id"
    _make_index("ix_entry_work", "entry", work, where="state <> 'delivered'")
    op.create_index("ix_entry_file", "entry", ["file_id", "state", "ended_at"])
    op.create_index("ix_entry_external_id", "entry", ["external_id"])
    _make_index("ix_entry_uid", "entry", "uid", where="uid IS NOT NULL")
    op.create_index("ix_entry_customer_hash", "entry", ["customer_hash"])


def _make_runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("report", sa.Text()),
        sa.Column("mapping_hash", sa.Text()),
    )
    op.create_index("ix_run_started_at", "run", ["started_at"])
    op.create_table(
        "mapping_stat",
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("run_id", "mapping", "field")),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_table(
        "budget",
        sa.Column("target_key", sa.Text(), primary_key=True),
        sa.Column("window", sa.Text(), primary_key=True),
        sa.Column("starts_at", TIME, primary_key=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
    )


def _make_index(name: str, table: str, columns: str, *, where: str) -> None:
    """Make an index of the rows that fulfil a condition."""
    condition = sa.text(where)
    op.create_index(name, table, columns.split(), sqlite_where=condition, postgresql_where=condition)
