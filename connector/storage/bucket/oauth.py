"""Name the addresses at which Google gives consent and tokens, and what is asked for."""

__all__ = ["AUTH_URI", "READ_SCOPE", "TOKEN_URI", "WRITE_SCOPE"]

AUTH_URI = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
READ_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
"""To list and read, and nothing else."""
WRITE_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
"""To put files away that are done with as well."""
