"""Try everything a job or an intake needs before it is run."""
