"""Test what is proposed for sample records: the right fields, their evidence, open questions, and never a yes."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import mapping
from connector.mapping.annotation import suggest_from
from connector.mapping.form import Form, form_of, time_format
from connector.mapping.guess import Said, guess
from connector.mapping.observation import observe, written_path
from connector.mapping.suggestion import suggest_calls
from connector.mapping.vocabulary import words_of
from connector.shipped import shipped


def proposed(records: list[dict[str, Any]], said: Said | None = None) -> str:
    return suggest_calls("calls", guess(observe(records), said or Said()), "some samples")


def rules(text: str) -> dict[str, str]:
    """Give target -> rule of the proposed text."""
    return dict(re.findall(r"^  ([a-zA-Z]+\d*): (.*)$", text.partition("consent:")[0], re.MULTILINE))


def loads(text: str) -> mapping.Mapping:
    return mapping.parse(text, Path("calls.yaml"))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, Form.EMPTY),
        ("  ", Form.EMPTY),
        ("2026-03-24T10:00:00Z", Form.TIME),
        ("2026-03-24 10:00:00 +0100", Form.TIME),
        ("2026-03-24T10:00:00.5+01:00", Form.TIME),
        ("2026-03-24 10:00", Form.LOCAL_TIME),
        ("2026/03/24 10:00", Form.LOCAL_TIME),
        ("24.03.2026 10:00", Form.DAY_TIME),
        ("03/24/2026 10:00:01 PM", Form.DAY_TIME),
        ("24-03-2026 10.00", Form.DAY_TIME),
        ("24.03.2026 10.00.59", Form.DAY_TIME),
        ("24.03.2026", Form.DATE),
        ("2026-03-24", Form.DATE),
        (1757451900, Form.EPOCH),
        ("1757451900000", Form.EPOCH),
        ("02:05", Form.CLOCK),
        ("1:02:05", Form.CLOCK),
        ("+45 31 31 31 31", Form.PHONE),
        ("31313131", Form.PHONE),
        ("(555) 010-0300", Form.PHONE),
        ("0045 31313131", Form.PHONE),
        ("kim@example.com", Form.EMAIL),
        ("D:\\rec\\a.wav", Form.AUDIO),
        ("https://x.example/rec/17.mp3?t=1", Form.AUDIO),
        ("da-DK", Form.LANGUAGE),
        ("Nej", Form.TRUTH),
        (True, Form.TRUTH),
        (27, Form.NUMBER),
        ("7,5", Form.NUMBER),
        ("4711", Form.NUMBER),
        ("Orders", Form.WORD),
        ("x" * 41, Form.TEXT),
        ([1], Form.LIST),
    ],
)
def test_the_form_of_a_value_is_recognised(value, form):
    """Phones, times, durations, files and the rest are told apart by what they look like."""
    assert form is form_of(value)


def test_the_day_comes_first_where_the_values_allow_it():
    """A format must fit all values: one day beyond the twelfth decides."""
    assert "%d/%m/%Y %H:%M" == time_format(["03/04/2026 10:00"])
    assert "%m/%d/%Y %H:%M" == time_format(["03/04/2026 10:00", "03/24/2026 10:00"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("callId", "call id"),
        ("CALL_ID", "call id"),
        ("callerid", "caller id"),
        ("Agent e-mail", "agent e mail"),
        ("StartTime", "start time"),
        ("HTTPServer", "http server"),
        ("paid", "paid"),
        ("Medarbejder-navn", "medarbejder navn"),
    ],
)
def test_names_are_cut_into_words(name, words):
    """Humps, signs and words written together are told apart; a chance ending is no word."""
    assert words == " ".join(words_of([name]))


def test_a_path_is_written_so_that_a_mapping_reads_it():
    """Names with blanks, dots or signs stand in quotation marks, entries of lists in brackets."""
    assert 'a."Call ID"[0]."x.y"' == written_path(("a", "Call ID", 0, "x.y"))


def call(number: int, **changes: Any) -> dict[str, Any]:
    usual = {
        "Call ID": f"C-{1000 + number}",
        "Started": f"2026-03-24 10:{number:02d}:00",
        "Ended": f"2026-03-24 11:{number:02d}:00",
        "Extension": str(201 + number % 2),
        "Agent": ("Kim Holm", "Bo Lind")[number % 2],
        "Agent e-mail": ("kim@example.com", "bo@example.com")[number % 2],
        "Caller": f"3131{number:04d}",
        "Called number": "70101010",
        "Queue": ("Orders", "Support")[number % 2],
        "Direction": "inbound",
        "Department": "North",
        "Recording": f"D:\\rec\\{number}.wav",
        "Consent": ("Y", "N", "Y", None)[number % 4],
        "Wait": number,
        "Talk time": f"{number % 60:02d}:10",
        "Case no": f"S{number}",
        "Disposition": "solved",
        "Remark": "free words",
    }
    return usual | changes


CALLS = [call(number) for number in range(40)]


def test_every_field_is_found_by_name_and_form():
    """The fields of a usual export land where they belong."""
    found = rules(proposed(CALLS))
    assert {
        "externalIdentity": """{join: [$tenant, call, {path: '"Call ID"'}], by: '-'}""",
        "dateTime": "{path: Started, as: [{utc: {zone: UTC}}]}",
        "agentId": "Extension",
        "agentName": "Agent",
        "agentEmail": """{path: '"Agent e-mail"', as: [trim, lower]}""",
        "team": "{path: Department, as: [trim]}",
        "customer": "{path: Caller, as: [trim], else: anonymous}",
        "subject": "{path: Queue, as: [trim], else: Call}",
        "status": "{path: Disposition, as: [trim]}",
        "labels": "{list: [{path: Direction}]}",
        "customProp1": """'"Case no"'""",
        "customNumberProp1": "{path: Wait, as: [number]}",
        "customNumberProp2": """{path: '"Talk time"', as: [seconds]}""",
    } == found


def test_what_only_a_person_can_say_is_left_open_with_candidates():
    """Time zone, country and consent are questions; what no rule reads is offered."""
    text = proposed(CALLS)
    todos = [line for line in text.splitlines() if "# TODO" in line]
    assert ["dateTime", "customer", "consent"] == [re.findall(r"TODO (\w+):", line)[0] for line in todos]
    assert "these fit DK" in todos[1]
    assert "# customProp2: '\"Called number\"'" in text
    assert '# "Call ID": in all 40 records, word, each its own' in text
    assert "Consent: in 30 of 40 records" in text


def test_what_was_said_needs_no_question():
    """With the zone and the country given, only consent is left."""
    text = proposed(CALLS, Said("Europe/Copenhagen", "DK"))
    assert ["consent"] == re.findall(r"# TODO (\w+):", text)
    draft = mapping.apply(loads(text), CALLS[1], {"tenant": "acme"})
    assert ("2026-03-24T09:01:00Z", "+4531310001") == (draft.values["dateTime"], draft.values["customer"])


def test_no_word_is_ever_taken_for_yes():
    """Words that can only mean no are no; every other word is offered and waits."""
    text = proposed(CALLS)
    assert {"N": False} == loads(text).consent.values
    assert '# "Y": true    # 20 records' in text
    assert "hold" == loads(text).consent.unknown


def test_without_a_field_of_consent_every_call_waits():
    """Where nothing looks like consent, the mapping names none that is there, and says so."""
    text = proposed([{"id": number} for number in range(3)])
    loaded = loads(text)
    assert "TODO consent: no field looks like it" in text
    assert {"no": False} == loaded.consent.values
    assert mapping.apply(loaded, {"id": 1}, {}).consent is None


def test_the_agent_comes_from_the_agents_file_where_records_do_not_tell():
    """Missing parts of the agent are references to the agents file, each with a question."""
    records = [{name: value for name, value in call(n).items() if "Agent" not in name} for n in range(9)]
    found = rules(proposed(records))
    assert ("Extension", "$agent.name", "$agent.email") == tuple(
        found[name] for name in ("agentId", "agentName", "agentEmail")
    )
    assert "TODO agentEmail" in proposed(records)


def test_a_date_and_a_time_of_day_become_one_moment():
    """Exports that split them are read by joining both."""
    records = [{"id": n, "Date": f"{n + 10}.03.2026", "Time": f"10:{n:02d}:00"} for n in range(9)]
    loaded = loads(proposed(records))
    assert "2026-03-13T10:03:00Z" == mapping.apply(loaded, records[3], {}).values["dateTime"]


def test_fields_of_objects_and_lists_are_found():
    """JSON of another platform is proposed with dotted paths and the first entry of lists."""
    records = [
        {
            "interaction": {"id": f"a{n}", "startTime": "2026-03-24T10:00:00Z"},
            "parties": [{"agent": {"id": n % 2, "email": "kim@example.com"}}],
            "customer": {"phone": "+4531313131"},
        }
        for n in range(9)
    ]
    found = rules(proposed(records))
    assert "{join: [$tenant, call, {path: interaction.id}], by: '-'}" == found["externalIdentity"]
    assert "{path: interaction.startTime, as: [utc]}" == found["dateTime"]
    assert "'parties[0].agent.id'" == found["agentId"]
    assert "{path: customer.phone, as: [phone], else: anonymous}" == found["customer"]


DANISH = [
    {
        "Samtale-nr": f"S{number}", "Påbegyndt": f"{number:02}-02-2026 09.0{number % 10}",
        "Slut": f"{number:02}-02-2026 09.5{number % 10}", "Medarbejder": f"Søren Å{number % 3}",
        "Lokalnr": 31 + number % 3, "Mail": f"s{number % 3}@kunde.example", "Opkalder": f"201122{number:02}",
        "Kø": "Økonomi", "Samtykke": "Ja",
    }
    for number in range(1, 13)
]  # fmt: skip


def test_a_danish_table_with_dotted_times_is_understood():
    """Times of day with a dot are times and no phone numbers; the columns are found by their Danish names."""
    found = rules(proposed(DANISH, Said("Europe/Copenhagen", "DK")))
    assert (
        "{path: '\"Påbegyndt\"', as: [{utc: {zone: Europe/Copenhagen, format: '%d-%m-%Y %H.%M'}}]}" == found["dateTime"]
    )
    assert ("Lokalnr", "Medarbejder") == (found["agentId"], found["agentName"])
    assert found["customer"].startswith("{path: Opkalder,")


def test_a_broken_row_among_others_changes_nothing():
    """One row without its id and with a word for a time, and one cut short, leave the proposal as it was."""
    clean = proposed(DANISH, Said("Europe/Copenhagen", "DK"))
    broken = [
        *DANISH,
        {**DANISH[0], "Samtale-nr": "", "Påbegyndt": "i går"},
        {"Samtale-nr": "S13", "Påbegyndt": None, "Medarbejder": "Søren Å1"},
    ]
    assert rules(clean) == rules(proposed(broken, Said("Europe/Copenhagen", "DK")))


def test_what_names_a_person_never_stands_in_for_a_call():
    """Where nothing looks like the id of a call, neither number nor address is taken, however different."""
    records = [
        {
            "Customer number": f"201122{n:02}",
            "Mail": f"c{n}@example.com",
            "Code": f"K{n % 5}",
            "Date": "2026-02-03T10:00Z",
        }
        for n in range(10, 30)
    ]
    text = proposed(records)
    assert "{join: [$tenant, call, {path: Code}], by: '-'}" == rules(text)["externalIdentity"]
    assert "TODO externalIdentity: no field looks like the id of a call" in text
    for one in records:
        del one["Code"], one["Date"]
    assert "{join: [$tenant, call, {path: id}], by: '-'}" == rules(proposed(records))["externalIdentity"]


def test_the_shipped_mapping_is_proposed_with_what_the_samples_say(tmp_path):
    """For a known platform every rule keeps its words and gets its coverage; consent is asked anew."""
    records = [({"id": n, "status": "finished", "recording_permission": "not_asked"}, {}) for n in range(4)]
    text = suggest_from(shipped("mappings") / "ccai-call.yaml", "mine", records, "4 files")
    loaded = mapping.parse(text, tmp_path / "mine.yaml")
    assert ("mine", {"no": False}) == (loaded.name, loaded.consent.values)
    assert "# filled in 4 of 4 samples, from status (4)" in text
    assert "# TODO dateTime: empty in all 4 samples" in text
    assert '# "not_asked": true    # 4 records' in text
    assert {one.name for one in mapping.load(shipped("mappings") / "ccai-call.yaml").fields} == {
        one.name for one in loaded.fields
    }


VALUE = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from(["Y", "no", "+4531313131", "24.03.2026 10:00", "kim@example.com", "a.wav", "02:05", "2026-03-24"]),
    st.lists(st.text(max_size=3), max_size=2),
)
NAME = st.text(max_size=12) | st.sampled_from(
    ["id", "call id", "start", "agent", "agent name", "phone", "queue", "consent", "date", "time", "wait", "#x: {y}"]
)
RECORDS = st.lists(st.dictionaries(NAME, VALUE | st.dictionaries(NAME, VALUE, max_size=3), max_size=8), max_size=5)


@settings(max_examples=200, deadline=None)
@given(RECORDS)
def test_whatever_the_samples_the_proposal_loads_and_takes_nothing_for_yes(records):
    """Any names and values give a mapping without mistakes, in which no word means that somebody agreed."""
    loaded = loads(proposed(records))
    assert True not in loaded.consent.values.values()
    assert {"externalIdentity", "agentId", "agentName", "agentEmail", "dateTime", "subject", "customer"} <= {
        one.name for one in loaded.fields
    }
    for record in records:
        mapping.apply(loaded, record, {"tenant": "acme"})
