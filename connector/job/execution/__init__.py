"""Hold what an execution of a job works with, from its opening to the count of what became of everything."""
