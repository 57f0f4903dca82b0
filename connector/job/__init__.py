"""Run jobs: the one stage that knows all the others."""
