"""Let Alembic migrate over the connection, and inside the transaction, that the caller has open."""

from alembic import context

connection = context.config.attributes["connection"]
# As batches: SQLite changes a column by making the table anew.
context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
