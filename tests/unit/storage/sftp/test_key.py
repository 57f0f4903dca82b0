import shutil
import subprocess

import pytest

from connector.errors import ConfigurationError
from connector.storage.sftp.key import read_key_file, read_key_text
from tests.servers.missing import do_without

if shutil.which("ssh-keygen") is None:
    do_without("ssh-keygen", "apt-get install openssh-client")

KINDS = [("ed25519", "RFC4716"), ("rsa", "RFC4716"), ("rsa", "PEM"), ("rsa", "PKCS8"), ("ecdsa", "PEM")]


@pytest.fixture
def make_key(tmp_path):
    def make(kind="ed25519", form="RFC4716", passphrase=""):
        path = tmp_path / f"{kind}-{form}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-m", form, "-N", passphrase, "-f", str(path)], check=True)
        return path

    return make


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_a_locked_key_needs_its_passphrase(make_key, kind, form):
    """Of every kind and form: the right passphrase opens it, a wrong one and none are told apart."""
    path = make_key(kind, form, "open sesame")
    assert read_key_file(path, "open sesame", field="options") == read_key_text(
        path.read_text(), "open sesame", field="options"
    )
    with pytest.raises(ConfigurationError, match="does not open") as caught:
        read_key_file(path, "hunter2", field="options")
    assert ["options.passphrase"] == [problem.field for problem in caught.value.problems]
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="is locked, and no passphrase is given") as caught:
        read_key_file(path, None, field="options")
    assert ["options.private_key_file"] == [problem.field for problem in caught.value.problems]


def test_a_wrong_passphrase_is_told_whatever_it_makes_of_the_key(make_key):
    """In the old form one wrong passphrase in 256 makes something of the key that is only found to be none later."""
    path = make_key("ecdsa", "PEM", "open sesame")
    for number in range(1_500):
        with pytest.raises(ConfigurationError, match="does not open"):
            read_key_file(path, f"hunter{number}", field="options")


def test_a_key_may_stand_on_one_line(make_key):
    r"""Text of a key with \n in place of line ends, as environment files hold it, is the same key."""
    path = make_key()
    text = path.read_text()
    expected = read_key_file(path, None, field="options")
    assert expected == read_key_text(text.replace("\n", "\\n"), None, field="options")
    assert expected == read_key_text(f"\n{text}\n\n", None, field="options")


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "BEGIN"),
        (b"\xff\xfe\x00", "BEGIN"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nc2hvcnQ=\n-----END OPENSSH PRIVATE KEY-----\n", "BEGIN"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "puttygen"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL4o9sccWE anna@host\n", "public half"),
    ],
)
def test_what_is_no_private_key_is_told_with_its_remedy(tmp_path, content, remedy):
    """Wrong halves, foreign forms and broken files each get the remedy that helps."""
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="no private key that can be read") as caught:
        read_key_file(path, None, field="options")
    assert remedy in caught.value.problems[0].hint


def test_a_missing_key_file_is_told(tmp_path):
    """A file that is not there is a mistake of the job."""
    with pytest.raises(ConfigurationError, match="No such file") as caught:
        read_key_file(tmp_path / "absent", None, field="options.jump")
    assert ["options.jump.private_key_file"] == [problem.field for problem in caught.value.problems]
