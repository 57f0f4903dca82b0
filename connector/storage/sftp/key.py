"""Read the private key that logs in to an SFTP server."""

from pathlib import Path

import asyncssh

from connector.errors import ConfigurationError, Problem

__all__ = ["read_key_file", "read_key_text"]


def read_key_file(path: Path, passphrase: str | None, *, field: str) -> asyncssh.SSHKey:
    """Give the key in the file; raise ConfigurationError where it is missing, no key, or has another passphrase."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        hint = "name the file of the private key, from the project folder on"
        raise ConfigurationError([Problem(message, field=f"{field}.private_key_file", hint=hint)]) from error
    return _open(content, passphrase, field=field, key=f"{field}.private_key_file", what=str(path))


def read_key_text(text: str, passphrase: str | None, *, field: str) -> asyncssh.SSHKey:
    """Give the key in the text; raise ConfigurationError where it is no key or has another passphrase."""
    # A line of an environment file cannot hold the ends of lines, so people write them as \n.
    lines = text if "\n" in text.strip() else text.replace("\\n", "\n")
    return _open(f"{lines.strip()}\n".encode(), passphrase, field=field, key=f"{field}.private_key", what="the key")


def _open(content: bytes, passphrase: str | None, *, field: str, key: str, what: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(content, passphrase)
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        # PEM's old form tells a wrong passphrase by the padding alone, which one in 256 of them makes look right.
        is_garbled = passphrase is not None and b"ENCRYPTED" in content
        problem = Problem(f"{what} is no private key that can be read", field=key, hint=_remedy(content))
        if "Passphrase must be" in str(error):
            problem = Problem(f"{what} is locked, and no passphrase is given", field=key, hint="add passphrase")
        elif isinstance(error, asyncssh.KeyEncryptionError) or "Unable to decrypt" in str(error) or is_garbled:
            problem = Problem(f"does not open {what}", field=f"{field}.passphrase", hint="see its spelling")
        raise ConfigurationError([problem]) from None


def _remedy(content: bytes) -> str:
    if content.startswith(b"PuTTY-User-Key-File"):
        return "it is PuTTY's form: `puttygen KEY.ppk -O private-openssh -o KEY` makes OpenSSH's"
    if content.startswith((b"ssh-", b"ecdsa-")) or b"BEGIN PUBLIC KEY" in content or b"BEGIN SSH2 PUBLIC" in content:
        return "it is the public half; the private one begins with -----BEGIN"
    return "OpenSSH's and PEM forms can be read: they begin with -----BEGIN and end with -----END"
