"""Change the ledger's tables from one version to the next; Alembic runs the files in versions/ in their order."""
