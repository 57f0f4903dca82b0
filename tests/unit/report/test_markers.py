"""Personal values that a run met stand in no format of its report."""

import io

import openpyxl
import pytest

from connector.mapping.profile import Profile
from connector.mapping.sensitivity import sensitivity
from connector.report import Wish, choose, make, read, write
from tests.servers.missing import library

MARKERS = {
    "agentName": "Zacharias Quibble",
    "agentEmail": "zacharias@quibble.example",
    "customer": "+4531999777",
    "customProp1": "wrote zoe@quibble.example about it",
    "subject": "call +45 31 99 97 77 back",
}
SECRETS = ("zacharias", "quibble", "31999777", "31 99 97 77", "zoe@")


def all_texts(content, form):
    """Give everything that a reader of the file can find in it, in lower case."""
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row).lower()
    if form == "parquet":
        return str(library("pyarrow.parquet").read_table(io.BytesIO(content)).to_pydict()).lower()
    return content.decode().lower()


@pytest.mark.parametrize("form", ["html", "json", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize("unmasked", [False, True])
def test_personal_values_are_read_back_from_no_format_unless_asked_for(connection, book, form, unmasked):
    """Names, addresses, numbers and those within free text are reduced to their form, everywhere alike."""
    book.run("one")
    for field, value in MARKERS.items():
        profile = Profile(sensitivity(field))
        for _ in range(5):
            profile.add(value)
        counts = {"seen": 5, "filled": 5, "sources": {}, "reasons": {}}
        book.field("one", "ccai-call", field, profile=profile.to_dict(), **counts)
    made = make(read(connection, choose(connection, Wish())), unmasked=unmasked)
    told = all_texts(write(made, form), form)
    assert [] == [one for one in SECRETS if one in told] or unmasked
    assert not unmasked or "zacharias" in told
