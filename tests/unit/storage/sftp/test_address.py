import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError
from connector.storage.sftp.address import Login, SftpAddress, read_address, read_login


@pytest.mark.parametrize(
    ("text", "shown", "folder"),
    [
        ("sftp://ccai@files.example.com/exports", "sftp://ccai@files.example.com/exports", "/exports"),
        ("sftp://ccai@FILES.example.com:22/exports/", "sftp://ccai@files.example.com/exports", "/exports"),
        ("SFTP://ccai@files.example.com:2222//a//b/../c", "sftp://ccai@files.example.com:2222/a/c", "/a/c"),
        ("sftp://ccai@files.example.com", "sftp://ccai@files.example.com", "."),
        ("sftp://ccai@files.example.com/~", "sftp://ccai@files.example.com", "."),
        ("sftp://ccai@files.example.com/~/", "sftp://ccai@files.example.com", "."),
        ("sftp://ccai@files.example.com/~/exports", "sftp://ccai@files.example.com/~/exports", "exports"),
        ("sftp://ccai@files.example.com/", "sftp://ccai@files.example.com/", "/"),
        ("sftp://ccai@[2001:DB8::1]:2222/x", "sftp://ccai@[2001:db8::1]:2222/x", "/x"),
        ("sftp://acme%40host.ccai@host/g%C3%A5rd", "sftp://acme%40host.ccai@host/g%C3%A5rd", "/gård"),
        ("sftp://a@b@host/x#1?2 3", "sftp://a%40b@host/x%231%3F2%203", "/x#1?2 3"),
    ],
)
def test_an_address_has_one_spelling(text, shown, folder):
    """However an address is written, it is shown in one way, and that way reads the same."""
    found = read_address(text)
    assert shown == str(found)
    assert folder == found.folder
    assert found == read_address(str(found))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sftp://files.example.com/exports", "names no user"),
        ("sftp://@files.example.com/exports", "names no user"),
        ("sftp://ccai@/exports", "is no user@host:port"),
        ("sftp:///exports", "is no user@host:port"),
        ("sftp://ccai@host:port/exports", "is no user@host:port"),
        ("sftp://ccai@2001:db8::1/exports", "is no user@host:port"),
        ("sftp://ccai@ho st/exports", "is no user@host:port"),
        ("sftp://ccai@host:0/exports", "port that cannot be"),
        ("sftp://ccai@host:65536/exports", "port that cannot be"),
        ("sftp://ccai@host/a%00b", "zero byte"),
    ],
)
def test_what_is_no_address_is_refused(text, message):
    """A mistake in the address is told with its remedy, for the field storage."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_address(text)
    (problem,) = caught.value.problems
    assert "storage" == problem.field
    assert problem.hint


@pytest.mark.parametrize("text", ["sftp://ccai:hunter2@host/exports", "sftp://ccai:hunter2@host:22x/e"])
def test_a_password_in_the_address_is_refused_and_not_repeated(text):
    """Whoever writes the password into the address is told where it belongs, without its being shown."""
    with pytest.raises(ConfigurationError) as caught:
        read_address(text)
    assert "hunter2" not in str(caught.value)


def test_a_login_is_read_for_its_own_field():
    """A jump host's login is read by the same rules; its mistakes bear the field that was given."""
    assert Login("anna", "bastion", 2222) == read_login("anna@bastion:2222", field="options.jump.address")
    with pytest.raises(ConfigurationError, match=r"options\.jump\.address"):
        read_login("bastion", field="options.jump.address")


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(user=TEXT, host=st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True), folder=TEXT)
def test_every_address_survives_its_own_spelling(user, host, folder):
    """Whatever stands in a user's or a folder's name, the spelled address reads back as itself."""
    address = read_address(str(SftpAddress(Login(user, host, 2222), f"/{folder}")))
    assert user == address.login.user
    assert address == read_address(str(address))
