"""Begin a project: its folder, its sample data, its first mapping."""
