import pytest

from connector.errors import ConfigurationError
from connector.storage.bucket.address import read_place


@pytest.mark.parametrize(
    ("address", "bucket", "folder"),
    [
        ("gs://acme-exports", "acme-exports", ""),
        ("gs://acme-exports/", "acme-exports", ""),
        ("GS://acme.example.com/a/b", "acme.example.com", "a/b/"),
        ("gs://acme/a/b//", "acme", "a/b/"),
        ("gs://acme//a", "acme", "/a/"),
        ("gs://acme/a//b", "acme", "a//b/"),
        ("s3://acme/calls & chats/g\u00e5rden #1%20", "acme", "calls & chats/g\u00e5rden #1%20/"),
        ("az://$web/a", "$web", "a/"),
    ],
)
def test_bucket_and_folder(address, bucket, folder):
    """Bucket and folder are read as the vendors' own tools do, without decoding anything."""
    place = read_place(address, form="x")
    assert (bucket, folder) == (place.bucket, place.folder)


@pytest.mark.parametrize(
    "address", ["gs://", "gs:///folder", "gs://key:hidden@acme/a", "gs://acme:9000/a", "gs://acme/a/../b", "gs://ac me"]
)
def test_addresses_that_are_none(address):
    """What names no bucket, or more than bucket and folder, is a mistake; nothing of it is repeated."""
    with pytest.raises(ConfigurationError, match=r"gs://bucket/folder") as caught:
        read_place(address, form="gs://bucket/folder")
    assert "hidden" not in str(caught.value)
