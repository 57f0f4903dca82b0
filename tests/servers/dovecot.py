"""Run dovecot for the tests: an IMAP server with its own ports, certificate, accounts and token check."""

import imaplib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

from tests.servers.child import free_port

__all__ = ["MailServer", "find_dovecot", "running_dovecot"]

PASSWORD = "a-päss word"
TOKEN = "ya29.a-token"
ACCOUNTS = 200
STARTED_SECONDS = 10
STOPPED_SECONDS = 10
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {name}
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0 secs
auth_cache_size = 0
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = .
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
"""


def find_dovecot() -> str | None:
    """Give the program's path."""
    return shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")


class MailServer:
    """One server; all accounts have the PASSWORD, and box@acme.example has the TOKEN."""

    def __init__(self, folder: Path, token_port: int) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = folder / "cert.pem"
        self.password, self.token = PASSWORD, TOKEN
        self._token_port = token_port
        self._process: subprocess.Popen[bytes] | None = None
        self._users = count()

    def new_user(self) -> str:
        """Give an account whose mailbox is empty."""
        return f"box{next(self._users)}@acme.example"

    def address(self, user: str, folder: str = "INBOX", *, encrypted: bool = True) -> str:
        """Give the address of one folder of the user's mailbox."""
        scheme, port = ("imaps", self.tls_port) if encrypted else ("imap", self.port)
        return f"{scheme}://{user}@127.0.0.1:{port}/{folder}"

    @property
    def options(self) -> dict[str, str]:
        """Give the options of a storage that is let in."""
        return {"password": PASSWORD, "ca_file": str(self.ca_file)}

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Give a connection of somebody else to the user's mailbox."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            yield client

    def deliver(self, user: str, message: bytes, *, folder: str = "INBOX") -> None:
        """Put a message into the user's mailbox, as its server does with what arrives."""
        with self.client(user) as client:
            told, answer = client.append(folder, "", "", message)
            assert "OK" == told, answer

    def flags(self, user: str, folder: str = "INBOX") -> list[bool]:
        """Tell of each message whether it is marked as read."""
        with self.client(user) as client:
            told, count = client.select(folder, readonly=True)
            if told != "OK" or count == [b"0"]:
                return []
            _, found = client.fetch("1:*", "(FLAGS)")
            return [b"\\Seen" in line for line in found]

    def start(self, settings: str = "") -> None:
        """Start with these lines of configuration beside our own, and wait until both ports listen."""
        config = self.folder / "dovecot.conf"
        text = CONFIG.format(folder=self.folder, name=self.folder.name, port=self.port, tls_port=self.tls_port)
        config.write_text(text + settings)
        # All accounts at once: dovecot looks only once a second whether there are new ones.
        accounts = [f"box{number}@acme.example:{{PLAIN}}{PASSWORD}\n" for number in range(ACCOUNTS)]
        (self.folder / "users").write_text("".join(accounts), encoding="utf-8")
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = auth\nintrospection_url = http://127.0.0.1:{self._token_port}/\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        with (self.folder / "output.log").open("ab") as log:
            command = [str(find_dovecot()), "-F", "-c", str(config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if is_open(self.port) and is_open(self.tls_port):
                return
            time.sleep(0.02)
        self.stop()
        logs = [path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log"))]
        raise AssertionError("dovecot did not start:\n" + "\n".join(logs))

    def stop(self) -> None:
        """End the server; its master ends everything that it started."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOPPED_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, settings: str = "") -> None:
        """Stop and start again on the same ports."""
        self.stop()
        self.start(settings)


@contextmanager
def running_dovecot() -> Iterator[MailServer]:
    """Run a server until the end of the block and remove everything that was made for it."""
    # The account that owns the mailboxes must reach the folder, so it cannot lie below a folder of root's alone.
    folder = Path(tempfile.mkdtemp(prefix="connector-imap-", dir="/var/lib"))
    folder.chmod(0o755)
    server = None
    tokens = ThreadingHTTPServer(("127.0.0.1", 0), TokenCheck)
    thread = threading.Thread(target=tokens.serve_forever)
    thread.start()
    try:
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", "nobody", "nogroup")
        make_certificate(folder)
        server = MailServer(folder, tokens.server_address[1])
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        tokens.shutdown()
        tokens.server_close()
        thread.join()
        shutil.rmtree(folder, ignore_errors=True)


class TokenCheck(BaseHTTPRequestHandler):
    """Tell dovecot whose token it is, as an identity provider does."""

    def do_GET(self) -> None:
        is_good = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        self.send_response(200 if is_good else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"active": "true", "username": "box@acme.example"}' if is_good else b"{}")

    def log_message(self, *_: object) -> None:
        return


def make_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem")]
    subprocess.run([*command, *files, "-out", str(folder / "cert.pem")], check=True, capture_output=True)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
