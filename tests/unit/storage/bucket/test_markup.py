import pytest

from connector.storage.bucket import markup


def test_names_lose_their_name_space():
    """An element is found by its plain name, whether or not the store gives it a name space."""
    root = markup.parse(b'<?xml version="1.0"?><A xmlns="http://example.com/doc/"><B><C>1</C></B></A>')
    assert ("A", "1") == (root.tag, markup.text_of(root, "B/C"))


@pytest.mark.parametrize(
    "body", [b"", b"<A>", b"{}", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b"<html><body>Log in</body>"]
)
def test_what_is_no_markup_is_refused(body):
    """Anything else, and everything that could define entities, is refused."""
    with pytest.raises(ValueError, match=r"."):
        markup.parse(body)


def test_a_missing_part_is_named():
    """What an answer lacks is named."""
    with pytest.raises(ValueError, match="lacks Key"):
        markup.text_of(markup.parse(b"<A/>"), "Key")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-24T10:00:00.000Z",
        "2026-03-24T10:00:00.999Z",
        "2026-03-24T10:00:00Z",
        "2026-03-24T12:00:00+02:00",
        "2026-03-24T10:00:00",
        "Tue, 24 Mar 2026 10:00:00 GMT",
    ],
)
def test_a_time_is_the_same_in_every_form(text):
    """Listings and headers write one moment in different ways; it is read as one, in whole seconds."""
    assert 1_774_346_400_000_000_000 == markup.moment_ns(text)


@pytest.mark.parametrize("text", [None, "", "yesterday", "2026-13-01T00:00:00Z", "9"])
def test_no_time(text):
    """What is no time is refused."""
    with pytest.raises(ValueError, match=r"."):
        markup.moment_ns(text)
