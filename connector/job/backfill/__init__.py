"""Work through years of sessions part by part: planned in the ledger, with one worker or many."""
