"""Bring a contact centre's conversations into Capturi, each one once, and show why one did or did not arrive."""

__version__ = "0.1.0"

__all__ = ["__version__"]
