"""Read a folder on an SFTP server.

The extra `sftp` brings asyncssh; only modules that kinds.py loads when such an address is opened import it.
"""
