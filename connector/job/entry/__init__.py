"""Take one session to its outcome, with a record of every step in the ledger."""
