"""Say what a job file and an intake file may hold, and read them with all their mistakes told at once."""
