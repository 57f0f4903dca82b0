"""Hold one file per change of the ledger's tables."""
