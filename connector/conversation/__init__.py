"""Turn drafts into what Capturi accepts: rules checked, recording looked at, segments worked out."""
