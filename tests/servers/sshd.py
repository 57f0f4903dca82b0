"""Run OpenSSH's server for the tests: own keys, own port, and where we are root an account of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.child import free_port

__all__ = ["SshServer", "find_sshd", "make_key", "running_sshd"]

PASSWORD = "correct horse battery"
STARTED_SECONDS = 10
STOPPED_SECONDS = 10


def find_sshd() -> str | None:
    """Give the program's path; it needs an absolute one to start itself again."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def make_key(path: Path, *, kind: str = "ed25519", passphrase: str = "", form: str = "") -> Path:
    """Make a pair of keys with OpenSSH's own program and give the private one's path."""
    options = ["-m", form] if form else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *options, "-N", passphrase, "-C", "", "-f", str(path)], check=True)
    return path


def fingerprint(public_key: Path) -> str:
    """Give what OpenSSH calls the key's fingerprint."""
    shown = subprocess.run(["ssh-keygen", "-lf", str(public_key)], check=True, capture_output=True, text=True)
    return shown.stdout.split()[1]


class SshServer:
    """One server; `root` is the folder that its account owns and that the tests write exports into."""

    def __init__(self, folder: Path, *, user: str, password: str | None, root: Path) -> None:
        self.folder = folder
        self.user = user
        self.password = password
        self.root = root
        self.port = free_port()
        self.host_key = make_key(folder / "host_key")
        self.client_key = make_key(folder / "client_key")
        self.log = folder / "sshd.log"
        self._settings_now: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copyfile(self.client_key.with_suffix(".pub"), folder / "authorized_keys")
        self._at_first = self._state()

    def address(self, folder: Path | None = None, *, port: int | None = None) -> str:
        """Give the address of a folder of this machine as the server's clients write it."""
        return f"sftp://{self.user}@127.0.0.1:{port or self.port}{folder or self.root}"

    @property
    def options(self) -> dict[str, object]:
        """Give the options of a storage that is let in."""
        return {"private_key_file": str(self.client_key), "host_key": self.fingerprint}

    @property
    def fingerprint(self) -> str:
        """Give the fingerprint of the server's key."""
        return fingerprint(self.host_key.with_suffix(".pub"))

    def known_hosts_line(self, port: int | None = None) -> str:
        """Give the line that makes the server known."""
        kind, key = self.host_key.with_suffix(".pub").read_text().split()[:2]
        return f"[127.0.0.1]:{port or self.port} {kind} {key}"

    def allow(self, public_key: Path) -> None:
        """Let the account in with one more key."""
        with (self.folder / "authorized_keys").open("a") as file:
            file.write(public_key.read_text())

    def replace_host_key(self, kind: str = "ed25519") -> None:
        """Give the server another key, as a new installation has; it takes effect with the next start."""
        for path in (self.host_key, self.host_key.with_suffix(".pub")):
            path.unlink()
        make_key(self.host_key, kind=kind)

    def start(self, **settings: str) -> None:
        """Start with these lines of sshd_config beside our own, and wait until it listens."""
        self._settings_now = settings
        config = self.folder / "sshd_config"
        config.write_text("".join(f"{name} {value}\n" for name, value in {**self._settings(), **settings}.items()))
        with self.log.open("ab") as log:
            command = [str(find_sshd()), "-D", "-e", "-f", str(config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._await_listening()

    def stop(self) -> None:
        """End the server and every session that it serves."""
        if self._process is None:
            return
        for child in children(self._process.pid):
            kill(child)
        self._process.terminate()
        try:
            self._process.wait(STOPPED_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def end_sessions(self) -> None:
        """End every session that is under way; the server itself goes on."""
        if self._process is not None:
            for child in children(self._process.pid):
                kill(child)

    def restart(self, **settings: str) -> None:
        """Stop and start again on the same port."""
        self.stop()
        self.start(**settings)

    def reset(self) -> None:
        """Undo what was done to the server, so that the next test finds it as the first one did."""
        if (self._process is not None and not self._settings_now) and self._state() == self._at_first:
            return
        for path, content in self._at_first.items():
            path.write_bytes(content)
        self.restart()

    def _state(self) -> dict[Path, bytes]:
        files = (self.host_key, self.host_key.with_suffix(".pub"), self.folder / "authorized_keys")
        return {path: path.read_bytes() for path in files}

    def _settings(self) -> dict[str, str]:
        return {
            "Port": str(self.port),
            "ListenAddress": "127.0.0.1",
            "HostKey": str(self.host_key),
            "PidFile": str(self.folder / "sshd.pid"),
            "AuthorizedKeysFile": str(self.folder / "authorized_keys"),
            "Subsystem": "sftp internal-sftp",
            "ForceCommand": "internal-sftp",
            "UsePAM": "no",
            "StrictModes": "no",
            "MaxStartups": "100",
            "PasswordAuthentication": "yes" if self.password else "no",
            "KbdInteractiveAuthentication": "no",
            "AllowTcpForwarding": "yes",
            "LogLevel": "VERBOSE",
        }

    def _await_listening(self) -> None:
        deadline = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.stop()
        raise AssertionError(f"sshd did not start:\n{self.log.read_text()[-2000:]}")


@contextmanager
def running_sshd() -> Iterator[SshServer]:
    """Run a server until the end of the block and remove everything that was made for it."""
    root = os.geteuid() == 0
    # A client's account must reach the folder, so it cannot lie below a temporary folder of ours alone.
    folder = Path(tempfile.mkdtemp(prefix="connector-sshd-", dir="/var/lib" if root else None))
    folder.chmod(0o755)
    user = f"connector{os.getpid()}" if root else pwd.getpwuid(os.geteuid()).pw_name
    server = None
    try:
        home = folder / "home"
        home.mkdir()
        if root:
            _add_account(user, home)
        server = SshServer(folder, user=user, password=PASSWORD if root else None, root=home)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        if root:
            subprocess.run(["userdel", "-f", user], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _add_account(user: str, home: Path) -> None:
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    subprocess.run(["useradd", "--no-create-home", "--home-dir", str(home), "--shell", "/bin/sh", user], check=True)
    subprocess.run(["chpasswd"], input=f"{user}:{PASSWORD}", text=True, check=True)
    shutil.chown(home, user)


def children(pid: int) -> list[int]:
    """Give the processes that this one started, and theirs, the deepest first."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [one for child in listed for one in (*children(int(child)), int(child))]


def kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
