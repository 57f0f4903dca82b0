"""Try every wrong and every right way into an SFTP server: the wrong ones first, since some servers let anybody in."""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.errors import StorageUnreachableError
from connector.storage import Storage, open_storage
from tests.servers.sshd import SshServer, fingerprint, make_key

ANOTHER_KEY = "SHA256:" + "A" * 43
Opening = Callable[..., Storage]


@pytest.fixture
def opening(ssh_server: SshServer, ssh_folder: Path, tmp_path: Path) -> Opening:
    """Give the storage of a folder with one file, with these options instead of those that let it in."""
    (ssh_folder / "call-1.json").write_text("{}")

    def open_with(address: str = "", *, user: str = "", **options: object) -> Storage:
        address = address or ssh_server.address(ssh_folder)
        if user:
            address = address.replace(ssh_server.user, user)
        return open_storage(address, {"host_key": ssh_server.fingerprint, "timeout_seconds": 3, **options}, tmp_path)

    return open_with


@pytest.fixture
def password(ssh_server: SshServer) -> str:
    if ssh_server.password is None:
        pytest.skip("a login by password needs an account that only root can make")
    return ssh_server.password


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """Run an ssh-agent without keys and give its socket."""
    place = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not place.is_socket():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        yield place
    finally:
        process.terminate()
        process.wait(10)


def add_key(agent: Path, key: Path) -> None:
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env={**os.environ, "SSH_AUTH_SOCK": str(agent)})


async def refused(storage: Storage) -> StorageUnreachableError:
    with pytest.raises(StorageUnreachableError) as caught:
        await storage.__aenter__()
    assert caught.value.hint
    return caught.value


async def read(storage: Storage) -> list[str]:
    async with storage:
        return [file.path async for batch in storage.list() for file in batch]


async def test_a_wrong_password_is_refused(opening, password):
    """A wrong password ends in a clear error that repeats neither password."""
    error = await refused(opening(password="wrong horse"))
    assert "does not let" in str(error)
    assert "the password" in str(error)
    assert "horse" not in str(error)
    assert password not in str(error)


async def test_a_wrong_key_is_refused(opening, tmp_path):
    """A key that the server does not know ends in a clear error that names its file."""
    key = make_key(tmp_path / "other")
    error = await refused(opening(private_key_file=str(key)))
    assert "does not let" in str(error)
    assert str(key) in str(error)


async def test_an_unknown_user_is_refused(opening, ssh_server):
    """A user that does not exist is told like a wrong key, as servers do."""
    error = await refused(opening(private_key_file=str(ssh_server.client_key), user="nobody-of-that-name"))
    assert "does not let nobody-of-that-name in" in str(error)


async def test_an_unknown_host_key_is_refused(ssh_server, ssh_folder, tmp_path, monkeypatch):
    """A server that nothing vouches for is refused, with the fingerprint it showed and both ways to trust it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    options = {"private_key_file": str(ssh_server.client_key)}
    error = await refused(open_storage(ssh_server.address(ssh_folder), options, tmp_path))
    assert f"shows the host key {ssh_server.fingerprint} (ssh-ed25519)" in error.message
    assert f"host_key: {ssh_server.fingerprint}" in error.hint
    assert ssh_server.known_hosts_line() in error.hint
    assert str(tmp_path / ".ssh" / "known_hosts") in error.hint


async def test_what_the_error_tells_lets_us_in(ssh_server, ssh_folder, tmp_path):
    """The line from the error, added to the file, and the fingerprint from it, pinned, are each enough."""
    (ssh_folder / "call-1.json").write_text("{}")
    key, known = str(ssh_server.client_key), tmp_path / "known_hosts"
    known.touch()
    address = ssh_server.address(ssh_folder)
    options = {"private_key_file": key, "known_hosts": "known_hosts"}
    error = await refused(open_storage(address, options, tmp_path))
    known.write_text(error.hint.partition("the line: ")[2] + "\n")
    assert ["call-1.json"] == await read(open_storage(address, options, tmp_path))
    pin = error.hint.partition("host_key: ")[2].split()[0]
    assert ["call-1.json"] == await read(open_storage(address, {"private_key_file": key, "host_key": pin}, tmp_path))


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
async def test_a_changed_host_key_is_refused(opening, ssh_server, tmp_path, kind):
    """A server whose key is no longer the one in known_hosts is refused, whatever kind the new key has."""
    known, before = tmp_path / "known_hosts", ssh_server.fingerprint
    known.write_text(ssh_server.known_hosts_line())
    ssh_server.replace_host_key(kind)
    ssh_server.restart()
    options = {"private_key_file": str(ssh_server.client_key), "known_hosts": str(known), "host_key": []}
    error = await refused(opening(**options))
    assert before in error.message
    assert ssh_server.fingerprint in error.message
    assert "somebody in between" in error.message
    assert ssh_server.known_hosts_line() in error.hint


async def test_another_key_than_the_pinned_one_is_refused(opening, ssh_server):
    """A server that shows another key than the pinned one is refused, both fingerprints named."""
    error = await refused(opening(private_key_file=str(ssh_server.client_key), host_key=ANOTHER_KEY))
    assert ANOTHER_KEY in error.message
    assert ssh_server.fingerprint in error.message


async def test_a_revoked_host_key_is_refused(opening, ssh_server, tmp_path):
    """A key that known_hosts marks as revoked is never proposed to be trusted."""
    known = tmp_path / "known_hosts"
    known.write_text(f"@revoked {ssh_server.known_hosts_line()}")
    options = {"private_key_file": str(ssh_server.client_key), "known_hosts": str(known), "host_key": []}
    error = await refused(opening(**options))
    assert "revoked" in error.message
    assert "do not connect" in error.hint


async def test_a_host_without_address_is_told(opening, ssh_server):
    """A name that DNS does not know is told as such."""
    key = str(ssh_server.client_key)
    error = await refused(opening("sftp://ccai@no-such-host.invalid/exports", private_key_file=key))
    assert "no address is known for no-such-host.invalid" in error.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_closed_port_is_told(opening, ssh_server, host, dead_port):
    """A port on which nobody listens is told as such, and at once."""
    key, began = str(ssh_server.client_key), time.monotonic()
    error = await refused(opening(f"sftp://ccai@{host}:{dead_port}/exports", private_key_file=key))
    assert f"{host}:{dead_port} refuses the connection" == error.message
    assert time.monotonic() - began < 2


async def test_a_port_of_something_else_is_told(opening, ssh_server):
    """A server that speaks no SSH is told apart from one that refuses the login."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        key = str(ssh_server.client_key)
        error = await refused(opening(f"sftp://ccai@127.0.0.1:{port}/exports", private_key_file=key))
    assert "closes the connection before the login is done" in error.message
    assert "no SSH" in error.hint


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ForceCommand": "/bin/false"}, "then ends the session"),
        ({"ForceCommand": "/bin/echo Welcome to the export server"}, "not SFTP"),
        ({"Subsystem": "none /bin/false", "ForceCommand": "none"}, "offers no SFTP"),
    ],
)
async def test_a_server_without_sftp_is_told(opening, ssh_server, settings, message):
    """A login that succeeds and leads to no SFTP is told apart from one that fails."""
    ssh_server.restart(**settings)
    error = await refused(opening(private_key_file=str(ssh_server.client_key)))
    assert message in error.message


async def test_a_missing_folder_is_told(opening, ssh_server, ssh_folder):
    """A folder that is not there is told with the folder in which the login ends."""
    error = await refused(
        opening(f"{ssh_server.address(ssh_folder)}/absent", private_key_file=str(ssh_server.client_key))
    )
    assert f"there is no folder {ssh_folder}/absent on 127.0.0.1" == error.message
    assert "the login ends in the folder" in error.hint


async def test_a_folder_of_the_login_written_as_absolute_is_found_out(opening, ssh_server, ssh_folder):
    """Where the folder lies below the login's own one, the remedy is the right address, and it works."""
    home = ssh_server.root if ssh_server.password else Path.home()
    if not ssh_folder.is_relative_to(home):
        pytest.skip("this account's own folder is another one")
    below, key = ssh_folder.relative_to(home), str(ssh_server.client_key)
    base = ssh_server.address(Path("/"))
    error = await refused(opening(f"{base}{below}", private_key_file=key))
    remedy = error.hint.partition("write ")[2]
    assert f"{base}~/{below}" == remedy
    assert ["call-1.json"] == await read(opening(remedy, private_key_file=key))


async def test_a_file_is_no_folder(opening, ssh_server, ssh_folder):
    """An address that ends in a file is told as such."""
    key = str(ssh_server.client_key)
    error = await refused(opening(f"{ssh_server.address(ssh_folder)}/call-1.json", private_key_file=key))
    assert "is a file, not a folder" in error.message


@pytest.mark.usefixtures("password")
async def test_a_folder_that_may_not_be_read_is_told(opening, ssh_server, ssh_folder):
    """A folder without the right to read it is told with the user that needs it."""
    ssh_folder.chmod(0o700)
    error = await refused(opening(private_key_file=str(ssh_server.client_key)))
    assert "may not be read" in error.message
    assert ssh_server.user in error.hint


async def test_an_agent_without_keys_is_told(opening, agent):
    """An agent that holds no key is told apart from a server that refuses one."""
    error = await refused(opening(agent=str(agent)))
    assert "ssh-agent holds no key" == error.message


async def test_a_password_lets_in(opening, password):
    """The right password opens the storage."""
    assert ["call-1.json"] == await read(opening(password=password))


@pytest.mark.parametrize(("kind", "form"), [("ed25519", ""), ("rsa", "PEM"), ("ecdsa", "PKCS8")])
async def test_a_key_with_passphrase_lets_in(opening, ssh_server, tmp_path, kind, form):
    """A locked key of any usual kind and form opens the storage, as file and as text on one line."""
    key = make_key(tmp_path / "key", kind=kind, form=form, passphrase="open sesame")
    ssh_server.allow(key.with_suffix(".pub"))
    assert ["call-1.json"] == await read(opening(private_key_file="key", passphrase="open sesame"))
    text = key.read_text().replace("\n", "\\n")
    assert ["call-1.json"] == await read(opening(private_key=text, passphrase="open sesame"))


async def test_an_agent_lets_in(opening, agent, ssh_server, monkeypatch):
    """A key that an agent holds opens the storage, the agent named by its socket or by the environment."""
    add_key(agent, ssh_server.client_key)
    assert ["call-1.json"] == await read(opening(agent=str(agent)))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    assert ["call-1.json"] == await read(opening(agent=True))


async def test_key_and_password_together_let_in(opening, ssh_server, password):
    """A server that wants a key and then a password gets both."""
    ssh_server.restart(AuthenticationMethods="publickey,password")
    key = str(ssh_server.client_key)
    assert "does not let" in (await refused(opening(private_key_file=key))).message
    assert ["call-1.json"] == await read(opening(private_key_file=key, password=password))


async def test_a_server_with_several_keys_may_be_pinned_by_any(opening, ssh_server, tmp_path):
    """A pinned key of a kind that the server does not show first is asked for."""
    key = make_key(tmp_path / "host_key", kind="rsa")
    ssh_server.restart(HostKey=f"{ssh_server.host_key}\nHostKey {key}")
    pin = fingerprint(key.with_suffix(".pub"))
    assert ["call-1.json"] == await read(opening(private_key_file=str(ssh_server.client_key), host_key=pin))


async def test_a_known_key_of_another_kind_is_asked_for(opening, ssh_server, tmp_path):
    """Where known_hosts has another kind of key than the server would show first, that one is asked for."""
    key = make_key(tmp_path / "host_key", kind="ecdsa")
    ssh_server.restart(HostKey=f"{ssh_server.host_key}\nHostKey {key}")
    kind, body = key.with_suffix(".pub").read_text().split()[:2]
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{ssh_server.port} {kind} {body}")
    options = {"private_key_file": str(ssh_server.client_key), "known_hosts": "known_hosts", "host_key": []}
    assert ["call-1.json"] == await read(opening(**options))


async def test_a_jump_host_leads_in(opening, ssh_server, ssh_folder, dead_port):
    """A server behind a jump host is reached through it, by key, and its own host key is checked as well."""
    jump = {"address": f"{ssh_server.user}@127.0.0.1:{ssh_server.port}", "host_key": ssh_server.fingerprint}
    key = str(ssh_server.client_key)
    assert ["call-1.json"] == await read(opening(private_key_file=key, jump=jump))
    error = await refused(opening(private_key_file=key, jump={**jump, "host_key": ANOTHER_KEY}))
    assert "options.jump.host_key" in error.message
    error = await refused(opening(private_key_file=key, jump=jump, host_key=ANOTHER_KEY))
    assert "options.host_key" in error.message
    behind = ssh_server.address(ssh_folder, port=dead_port)
    error = await refused(opening(behind, private_key_file=key, jump=jump))
    assert "the jump host opens no way" in error.message
