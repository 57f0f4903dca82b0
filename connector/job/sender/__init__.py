"""Set up who sends messages to an intake, and bring in what was said there before."""
