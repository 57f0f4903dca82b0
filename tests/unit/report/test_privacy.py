"""What is hidden of values."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.sensitivity import Sensitivity
from connector.report.privacy import Privacy


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("write to ida.holm@example.org today", "write to [xxx.xxxx@xxxxxxx.xxx] today"),
        ("call +45 31 31 31 31.", "call [+99 99 99 99 99]."),
        ("call 0045 31313131", "call [9999 99999999]"),
        ("acme-call-+4531313131", "acme-call-[+9999999999]"),
        ("acme-call-0045 31 31 31 31", "acme-call-[9999 99 99 99 99]"),
        ("https://crm.example.org/tel:+4531313131", "https://crm.example.org/tel:[+9999999999]"),
        ("acme-call-10045", "acme-call-10045"),
        ("rec/+4531313131_1.wav", "rec/[+9999999999]_1.wav"),
        ("rec/2026_+45 31 31 31 31.wav", "rec/2026_[+99 99 99 99 99].wav"),
        ("call_004531313131_2.wav", "call_[999999999999]_2.wav"),
        ("call_1418_20260324_001.wav", "call_1418_20260324_001.wav"),
        ("ujet-metadata/2026/03/24/call-1418.json", "ujet-metadata/2026/03/24/call-1418.json"),
        ("no recording until 2026-03-31 02:10 UTC", "no recording until 2026-03-31 02:10 UTC"),
        ("call-687b0ef7-85f8-5886-bc05-05496ab5f43e", "call-687b0ef7-85f8-5886-bc05-05496ab5f43e"),
    ],
)
def test_addresses_and_numbers_within_a_text_are_hidden(text, scrubbed):
    """E-mail addresses and international phone numbers go; ids, paths and times stay readable."""
    assert scrubbed == Privacy().scrub(text)


@given(st.text(max_size=80))
def test_a_form_tells_nothing_but_the_form(text):
    """No letter or digit of a personal value is left."""
    shown = Privacy().show(Sensitivity.PERSONAL, text, 99)
    assert not any(sign.isalnum() for sign in shown if sign not in "xX9")


@given(st.text(max_size=200))
def test_scrubbing_any_text_ends(text):
    """Whatever stands in a text, hiding addresses in it takes no time to speak of and leaves no whole one."""
    assert "ida@example.org" not in Privacy().scrub(f"{text} ida@example.org {text}")


@pytest.mark.parametrize("found", [Sensitivity.OPEN, Sensitivity.SHARED])
def test_a_name_beside_its_address_is_hidden_with_it(found):
    """However many records share it, a name goes where its address or number stands beside it; an id keeps its rest."""
    for text in ("Ida Holm <ida@example.org>", "Ida Holm +45 31 31 31 31"):
        assert not re.search("ida|holm|31", Privacy().show(found, text, 99), re.IGNORECASE)
    assert "Orders" == Privacy().show(found, "Orders", 99)
