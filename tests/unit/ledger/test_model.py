"""What the values of the ledger promise."""

from hypothesis import given
from hypothesis import strategies as st

from connector.ledger import entry_id
from connector.ledger.model import COMPANIONS, METADATA_FILE, TRANSCRIPT_FILE
from connector.session import FileRole

PART = st.text(max_size=3)


@given(st.tuples(*[PART] * 6), st.tuples(*[PART] * 6))
def test_the_key_of_an_entry_is_its_six_parts(one, other):
    """Two entries have one key exactly where all six parts are the same, also where parts run into each other."""
    keys = [entry_id(*parts[:4], leg=parts[4], target=parts[5]) for parts in (one, other)]
    assert (one == other) == (keys[0] == keys[1])


def test_a_key_is_the_same_for_ever():
    """The key is kept in ledgers: another way to make it would send everything again."""
    key = entry_id("acme", "ccai", "call", "1418", leg="", target="capturi https://capturi.example")
    assert "b58bfa8811f122dff744ced1c806ec30" == key


def test_the_words_for_roles_are_those_of_sessions():
    """The ledger does not import the stages before it, but speaks their words."""
    assert {METADATA_FILE, TRANSCRIPT_FILE, *COMPANIONS} == {
        FileRole.METADATA.value,
        FileRole.TRANSCRIPT.value,
        FileRole.RECORDING.value,
        FileRole.VOICEMAIL.value,
    }
