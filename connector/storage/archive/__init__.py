"""Read a .zip, .tar or .tar.gz as if it were a folder."""
