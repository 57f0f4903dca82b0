"""Look at what a job makes of real sessions and messages before anything is sent."""
