"""Read a mailbox on a real mail server."""

import asyncio

import pytest

from connector.errors import ConfigurationError, FileMissingError, StorageUnreachableError
from connector.storage import open_storage

SENDER = "no-reply@ccaiplatform.com"


def message(body: str = "{}", *, sender: str = SENDER) -> bytes:
    return f"From: {sender}\r\nSubject: Session\r\n\r\n{body}\r\n".encode()


async def listed(storage):
    return sorted([file async for batch in storage.list() for file in batch], key=lambda file: file.path)


@pytest.mark.parametrize("secret", [{"password": "wrong"}, {"oauth_token": "stale"}], ids=lambda one: next(iter(one)))
async def test_wrong_credentials_are_told_with_their_remedy(mail_server, tmp_path, secret):
    """A wrong password and a stale token stop the run; neither is repeated in what is told."""
    options = {"ca_file": str(mail_server.ca_file), **secret}
    storage = open_storage(mail_server.address(mail_server.new_user()), options, tmp_path)
    with pytest.raises(StorageUnreachableError, match="does not accept") as caught:
        await storage.__aenter__()
    assert caught.value.hint
    assert "wrong" not in str(caught.value)
    assert "stale" not in str(caught.value)


async def test_an_unknown_certificate_is_not_trusted(mail_server, tmp_path):
    """Without its authority the server is not spoken to, and ca_file is the remedy."""
    options = {"password": mail_server.password}
    storage = open_storage(mail_server.address(mail_server.new_user()), options, tmp_path)
    with pytest.raises(StorageUnreachableError, match="is not trusted") as caught:
        await storage.__aenter__()
    assert "ca_file" in caught.value.hint


async def test_a_missing_folder_names_those_there_are(mail_server, tmp_path):
    """A folder that the mailbox lacks stops the run, and the hint lists its folders."""
    storage = open_storage(mail_server.address(mail_server.new_user(), "Archive"), mail_server.options, tmp_path)
    with pytest.raises(StorageUnreachableError, match="no folder Archive") as caught:
        await storage.__aenter__()
    assert "INBOX" in caught.value.hint


async def test_a_server_that_is_not_there_is_told(tmp_path):
    """A port on which nobody listens is a clear error."""
    storage = open_storage("imaps://a@127.0.0.1:1/INBOX", {"password": "x"}, tmp_path)
    with pytest.raises(StorageUnreachableError, match="not reached"):
        await storage.__aenter__()


@pytest.mark.parametrize(
    ("address", "options", "told"),
    [
        ("imap://a@mail.acme.example/INBOX", {"password": "x"}, "in the open"),
        ("imaps://a:secret@mail.acme.example/INBOX", {"password": "x"}, "holds a password"),
        ("imaps://mail.acme.example/INBOX", {"password": "x"}, "no user"),
        ("imaps://a@mail.acme.example:99999/INBOX", {"password": "x"}, "port"),
        ("imaps://a@mail.acme.example", {}, "either password or oauth_token"),
        ("imaps://a@mail.acme.example", {"password": "x", "oauth_token": "y"}, "either password or oauth_token"),
        ("imaps://a@mail.acme.example", {"password": "x", "done": "delete"}, "mark or move:FOLDER"),
        ("imaps://a@mail.acme.example", {"password": "x", "sender": "nobody"}, "e-mail address"),
        ("imaps://a@mail.acme.example", {"password": "x", "ca_file": "missing.pem"}, "cannot be read"),
        ("imaps://a@mail.acme.example", {"password": "x", "pasword": "y"}, "did you mean 'password'"),
    ],
)
def test_mistakes_are_found_before_anything_is_reached(address, options, told, tmp_path):
    """A wrong address or option is a mistake of the job; no secret of it is repeated."""
    with pytest.raises(ConfigurationError, match=told) as caught:
        open_storage(address, options, tmp_path)
    assert "secret" not in str(caught.value).replace("MAIL_PASSWORD", "")


async def test_a_token_lets_in(mail_server, tmp_path):
    """A good OAuth token opens the mailbox it is for."""
    options = {"oauth_token": mail_server.token, "ca_file": str(mail_server.ca_file)}
    async with open_storage(mail_server.address("box@acme.example"), options, tmp_path) as storage:
        assert [] == await listed(storage)


@pytest.mark.parametrize("encrypted", [True, False])
async def test_only_messages_of_the_sender_are_files(mail_server, tmp_path, encrypted):
    """Other senders' messages are not listed, not even those that bear the address as a name or inside another."""
    user = mail_server.new_user()
    mail_server.deliver(user, message())
    mail_server.deliver(user, message(sender=f"The Platform <{SENDER.upper()}>"))
    mail_server.deliver(user, message(sender="eve@evil.example"))
    mail_server.deliver(user, message(sender=f'"{SENDER}" <eve@evil.example>'))
    mail_server.deliver(user, message(sender=f"x{SENDER}"))
    mail_server.deliver(user, message(sender=f"{SENDER}, eve@evil.example"))
    options = mail_server.options if encrypted else {"password": mail_server.password}
    async with open_storage(mail_server.address(user, encrypted=encrypted), options, tmp_path) as storage:
        found = await listed(storage)
        assert ["1.eml", "2.eml"] == [file.path.split("/")[1] for file in found]
        validity = found[0].path.split("/")[0]
        with pytest.raises(FileMissingError):
            await storage.stat(f"{validity}/3.eml")
    assert 6 * [False] == mail_server.flags(user)


async def test_a_broken_connection_is_opened_again(mail_server, tmp_path):
    """A server that was restarted meanwhile is connected to again, and the paths stay what they were."""
    user = mail_server.new_user()
    mail_server.deliver(user, message("one"))
    async with open_storage(mail_server.address(user), mail_server.options, tmp_path) as storage:
        before = await listed(storage)
        mail_server.restart()
        assert before == await listed(storage)
        assert [message("one")] == await storage.read_many(before, limit_bytes=1000)
        mail_server.deliver(user, message("two"))
        assert 2 == len(await listed(storage))


async def test_a_connection_that_is_cut_while_reading_is_opened_again(mail_server, tcp_proxy, tmp_path):
    """A reset in the middle of a message costs a second login, and the message comes whole."""
    user = mail_server.new_user()
    whole = message("line of the body\r\n" * 60_000)
    mail_server.deliver(user, whole)
    async with tcp_proxy(mail_server.tls_port) as proxy:
        address = mail_server.address(user).replace(str(mail_server.tls_port), str(proxy.port))
        async with open_storage(address, mail_server.options, tmp_path) as storage:
            (file,) = await listed(storage)
            pieces = []
            async for piece in storage.stream(file):
                pieces.append(piece)
                proxy.cut()
            assert whole == b"".join(pieces)
            proxy.cut()
            assert [whole] == await storage.read_many([file], limit_bytes=file.size_bytes)


async def test_what_is_done_is_marked_or_moved_once(mail_server, tmp_path):
    """To mark sets the sign of a read message, to move takes the message to a folder that is made for it."""
    user = mail_server.new_user()
    for body in ("one", "two"):
        mail_server.deliver(user, message(body))
    async with open_storage(mail_server.address(user), mail_server.options, tmp_path) as storage:
        first, second = await listed(storage)
        for _ in range(2):
            await storage.done([first], "mark")
        assert [True, False] == mail_server.flags(user)
        for _ in range(2):
            await storage.done([second], "move:Archive/Delivered")
        assert [first] == await listed(storage)
    assert [False] == mail_server.flags(user, "Archive.Delivered")


@pytest.fixture
def older_server(mail_server):
    """Give a function that lets the server offer only what it is told to, until the end of the test."""

    def offer(*capabilities: str) -> None:
        mail_server.restart(f"imap_capability = IMAP4rev1 SASL-IR {' '.join(capabilities)}\n")

    yield offer
    mail_server.restart()


async def test_a_server_without_move_moves_all_the_same(mail_server, older_server, tmp_path):
    """Where only single messages can be erased, a message is copied and then erased, and no other one."""
    older_server("UIDPLUS")
    user = mail_server.new_user()
    for body in ("one", "two"):
        mail_server.deliver(user, message(body))
    with mail_server.client(user) as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", "\\Deleted")
    async with open_storage(mail_server.address(user), mail_server.options, tmp_path) as storage:
        first, second = await listed(storage)
        await storage.done([first], "move:Delivered")
        assert [second] == await listed(storage)
    assert 1 == len(mail_server.flags(user, "Delivered"))


async def test_a_server_that_cannot_move_says_so(mail_server, older_server, tmp_path):
    """Rather than erase what somebody else marked, nothing is moved, and the remedy is told."""
    older_server()
    user = mail_server.new_user()
    mail_server.deliver(user, message())
    async with open_storage(mail_server.address(user), mail_server.options, tmp_path) as storage:
        found = await listed(storage)
        with pytest.raises(StorageUnreachableError, match="cannot move") as caught:
            await storage.done(found, "move:Delivered")
        assert "done: mark" in caught.value.hint
        assert found == await listed(storage)


async def test_a_port_without_tls_is_told(tmp_path):
    """A server that does not speak TLS on this port is a clear error, with the usual port as its remedy."""

    async def hang_up(_reader, writer):
        writer.write(b"* OK this is no TLS\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        storage = open_storage(f"imaps://a@127.0.0.1:{port}", {"password": "x"}, tmp_path)
        with pytest.raises(StorageUnreachableError, match="no TLS") as caught:
            await storage.__aenter__()
        assert "993" in caught.value.hint
