"""Add which recordings the rows of a file name, and by which words of a job names were judged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "row_recording",
        sa.Column("file_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("session_id", NAME, primary_key=True),
        if_not_exists=True,
    )
    op.create_table(
        "naming",
        sa.Column("place_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        if_not_exists=True,
    )
