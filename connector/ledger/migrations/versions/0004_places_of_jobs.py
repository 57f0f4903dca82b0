"""Give each job whose words name files the places that it labels: two jobs may read one storage by other words."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = ("tenant", "source_kind", "target", "address")


def upgrade() -> None:
    """Add whose words label the files of a place; those that are there are taken over by the first job that reads."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
        return
    op.add_column("place", sa.Column("labels", sa.Text(), nullable=False, server_default=""))
    op.alter_column("place", "labels", server_default=None)
    op.drop_constraint("uq_place", "place", type_="unique")
    op.create_unique_constraint("uq_place", "place", [*BEFORE, "labels"])


def _make_anew() -> None:
    """Copy the table: SQLite changes no constraint of one that is there."""
    op.rename_table("place", "place_before")
    op.create_table(
        "place",
        sa.Column("id", KEY, primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*BEFORE, "labels")),
        sa.UniqueConstraint(*BEFORE, "labels", name="uq_place"),
    )
    op.execute(
        "INSERT INTO place (id, tenant, source_kind, target, address, labels)"
        " SELECT id, tenant, source_kind, target, address, '' FROM place_before"
    )
    op.drop_table("place_before")
