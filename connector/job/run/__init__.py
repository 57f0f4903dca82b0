"""Run a job once, from the listing of its storages to its report."""
