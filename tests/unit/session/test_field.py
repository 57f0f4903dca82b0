import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.session.field import id_text, rows, seconds, word

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none())


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" x ", "x"), (5, "5"), (5.0, "5"), ("", None), (" ", None), (5.5, None), (True, None), ([], None), (None, None)],
)
def test_a_word_is_text_or_a_whole_number(value, expected):
    """Text without its outer blanks and whole numbers are words, nothing else is."""
    assert expected == word(value)


@given(ANYTHING)
def test_any_value_can_be_asked_for(value):
    """Whatever a record holds, asking for a word, an id, rows or seconds raises nothing."""
    assert word(value) is None or isinstance(word(value), str)
    assert id_text(value) is None or str(int(id_text(value))) == id_text(value)
    assert seconds(value) is None or seconds(value) >= 0
    assert all(type(row) is dict for row in rows({"x": value}, "x"))
