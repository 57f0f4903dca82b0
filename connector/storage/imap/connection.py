"""Keep one connection to a mail server in a thread of its own, and open it again where it broke."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from connector.errors import StorageAwayError, StorageUnreachableError
from connector.storage.imap.address import MailboxAddress, MailboxOptions

__all__ = ["MailConnection"]

T = TypeVar("T")

_TIMEOUT = SocketTimeout(connect=15, read=60)
_FOLDERS_NAMED = 10


class MailConnection:
    """A mailbox folder that is open; every step runs in the one thread that owns the connection."""

    def __init__(self, address: MailboxAddress, options: MailboxOptions, trust: ssl.SSLContext | None) -> None:
        self._address = address
        self._options = options
        self._trust = trust
        self._client: IMAPClient | None = None
        self._is_writing = False
        self._thread = ThreadPoolExecutor(1, "imap")
        self.validity = 0
        """The number that the server changes when it gives the messages new numbers."""
        self.next_uid = 0
        """More than the number of any message when the folder was opened."""
        self.separator = "/"
        self.is_changeable = False
        """Whether the open folder may be changed."""

    @property
    def identity(self) -> str:
        """Give who logs in, and by what."""
        means = "an OAuth token" if self._options.oauth_token is not None else "a password"
        return f"{self._address.user}, with {means}"

    async def run(self, step: Callable[[IMAPClient], T], *, writing: bool = False, anew: bool = False) -> T:
        """Give what the step makes of the connection; it is taken again, once, on a new one where that broke.

        The folder is open for reading unless the step writes; anew, so that what came meanwhile shows. Raises
        StorageUnreachableError.
        """

        def in_thread() -> T:
            return self._run(step, writing=writing, anew=anew)

        return await asyncio.get_running_loop().run_in_executor(self._thread, in_thread)

    def _run(self, step: Callable[[IMAPClient], T], *, writing: bool, anew: bool) -> T:
        try:
            try:
                return step(self._opened(writing=writing, anew=anew))
            except (IMAPClientAbortError, OSError):
                # Servers hang up on who says nothing for some minutes, as a run does while it uploads.
                self._drop()
                return step(self._opened(writing=writing, anew=True))
        except (IMAPClientError, OSError) as error:
            self._drop()
            raise self._trouble(error) from error

    async def close(self) -> None:
        """Say goodbye and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._leave)
        self._thread.shutdown(wait=False)

    def folder_name(self, name: str) -> str:
        """Give the folder's name with the server's own sign between folders."""
        return name if self.separator == "/" else name.replace("/", self.separator)

    def _opened(self, *, writing: bool, anew: bool) -> IMAPClient:
        """Give the connection with the folder open as it is wanted."""
        client = self._client
        if client is not None and self._is_writing is writing and not anew:
            return client
        if client is None:
            client = self._client = self._connected()
            self._log_in(client)
            parts = client.list_folders("", "")
            self.separator = parts[0][1].decode("ascii", "replace") if parts and parts[0][1] else "/"
        self._open_folder(client, writing=writing)
        return client

    def _open_folder(self, client: IMAPClient, *, writing: bool) -> None:
        try:
            found = client.select_folder(self.folder_name(self._address.folder), readonly=not writing)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise self._no_folder(client) from error
        self._is_writing = writing
        self.is_changeable = b"READ-ONLY" not in found
        self.validity = int(found.get(b"UIDVALIDITY", 0))
        # Not every server tells the next number.
        self.next_uid = int(found.get(b"UIDNEXT", 0)) or 1 + max(client.search(), default=0)

    def _connected(self) -> IMAPClient:
        address = self._address
        client = IMAPClient(
            address.host, address.port, ssl=address.encrypted, ssl_context=self._trust, timeout=_TIMEOUT
        )
        # Times stay aware: the library's own habit is this machine's local time.
        client.normalise_times = False
        return client

    def _log_in(self, client: IMAPClient) -> None:
        user, options = self._address.user, self._options
        try:
            if options.oauth_token is not None:
                client.oauth2_login(user, options.oauth_token.get_secret_value())
            elif options.password is not None and client.has_capability("AUTH=PLAIN"):
                # Unlike LOGIN this way takes letters beyond ASCII.
                client.plain_login(user, options.password.get_secret_value())
            elif options.password is not None:
                client.login(user, options.password.get_secret_value())
        except (LoginError, UnicodeEncodeError) as error:
            self._drop()
            raise self._refused() from error

    def _refused(self) -> StorageUnreachableError:
        if self._options.oauth_token is not None:
            hint = "get a new token: they last about an hour; it must allow IMAP for this very mailbox"
            return StorageUnreachableError(f"{self._address.place} does not accept the OAuth token", hint=hint)
        hint = "see user and password; many services want an app password, and IMAP switched on for the mailbox"
        return StorageUnreachableError(f"{self._address.place} does not accept user and password", hint=hint)

    def _no_folder(self, client: IMAPClient) -> StorageUnreachableError:
        known = sorted(str(name).replace(self.separator, "/") for _, _, name in client.list_folders())
        hint = f"there are {', '.join(known[:_FOLDERS_NAMED])}" + (" and more" if len(known) > _FOLDERS_NAMED else "")
        return StorageUnreachableError(f"the mailbox has no folder {self._address.folder} to open", hint=hint)

    def _trouble(self, error: IMAPClientError | OSError) -> StorageUnreachableError:
        place = self._address.place
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = "see the host's name; where the server has an authority of its own, give its certificate as ca_file"
            message = f"the certificate of {place} is not trusted: {error.verify_message}"
            return StorageUnreachableError(message, hint=hint)
        if isinstance(error, ssl.SSLError):
            hint = "see the port: 993 is the usual one of imaps://"
            return StorageUnreachableError(f"{place} speaks no TLS that can be used", hint=hint)
        if isinstance(error, socket.gaierror):
            hint = "see the spelling of the host, and this machine's DNS"
            return StorageUnreachableError(f"no address is known for {self._address.host}", hint=hint)
        if isinstance(error, TimeoutError):
            hint = "see whether host and port are right, and whether firewalls let this machine through"
            return StorageAwayError(f"{place} does not answer", hint=hint)
        if isinstance(error, OSError):
            hint = "see whether the server runs, and whether the port is right"
            return StorageAwayError(f"{place} is not reached: {error.strerror or 'hung up'}", hint=hint)
        hint = "see the mail server's log; the next run tries again"
        return StorageAwayError(f"{place} breaks off or refuses a command", hint=hint)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.shutdown()
            except (IMAPClientError, OSError):
                return

    def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.logout()
            except (IMAPClientError, OSError):
                return
