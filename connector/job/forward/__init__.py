"""Forward accepted messages into cases, each conversation in its own order."""
