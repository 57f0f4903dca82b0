"""Read what lies in an object store, whatever its vendor: one storage over small services."""
