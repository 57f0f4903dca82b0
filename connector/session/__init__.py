"""Turn the files of a contact centre into sessions: one call or chat each, as its source told it."""
