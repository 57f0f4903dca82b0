"""Test what loading a mapping finds: every mistake at once, each with its place and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connector import mapping
from connector.errors import ConfigurationError
from connector.mapping import Mapping

Problems = Callable[..., list[str]]
Load = Callable[..., Mapping]
Text = Callable[..., str]


def test_all_mistakes_of_a_file_at_once(tmp_path: Path) -> None:
    """Every mistake of a file is named in one go, with file, line, column, field and remedy, in the file's order."""
    path = tmp_path / "trial.yaml"
    path.write_text(
        """\
mapping: trial
reads: ccai.calls
writes: capturi.conversation
field: {}
fields:
  subjct: menu_path.name
  customer: {path: a, as: [{fone: {region: DK}}]}
  customNumberProp1: {path: lang, as: [trim]}
  status: {path: a, as: [{extract: "(?<=a)"}], on_eror: empty}
  team: {path: "a[", else: ""}
segments: {keep: handle_durations}
split: agents
"""
    )
    with pytest.raises(ConfigurationError) as caught:
        mapping.load(path)
    assert [
        (
            "trial.yaml:1:1: consent is missing (a call needs it: consent: "
            "{path: recording_permission, values: {WORD: true, OTHER: false}})"
        ),
        "trial.yaml:4:1: field: is not a known key (did you mean 'fields'?)",
        "trial.yaml:6:3: fields.subjct: capturi.conversation has no such field (did you mean 'subject'?)",
        "trial.yaml:7:29: fields.customer.as.0.fone: there is no function 'fone' (did you mean 'phone'?)",
        (
            "trial.yaml:8:3: fields.customNumberProp1: customNumberProp1 is a number, and this gives text "
            "(add number to its functions)"
        ),
        "trial.yaml:9:27: fields.status.as.0.extract: pattern: invalid perl operator: (?<=",
        "trial.yaml:9:48: fields.status.on_eror: is not a known key (did you mean 'on_error'?)",
        ("trial.yaml:10:10: fields.team.path: a[: is neither a plain path nor JMESPath: Incomplete expression"),
        "trial.yaml:10:22: fields.team.else: must be a text, a number, true or false (leave else out)",
        "trial.yaml:11:1: segments: from is missing",
        "trial.yaml:12:1: split: must be one of none, agent, not 'agents' (did you mean 'agent'?)",
    ] == [str(one).replace(f"{tmp_path}/", "") for one in caught.value.problems]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("subject: {}", "must have exactly one of path, const, join, list"),
        ("subject: {path: a, const: b}", "has const, and beside it only when, note and required make sense"),
        ("subject: {path: a, join: [b]}", "must have exactly one of path, const, join, list"),
        ("subject: {path: a, by: '-'}", "belongs to join alone"),
        ("subject: [a, b]", "must be keys with values"),
        ("subject:", "must be keys with values"),
        ("subject: {path: []}", "must be one path, or a list of at most 20"),
        ("subject: {path: 5}", "must be text"),
        ("subject: {join: []}", "must be a list of 1 to 100 parts"),
        ("subject: {join: [a, null]}", "must be text, a $reference or a rule (write {path: …} to read a field)"),
        ("subject: {join: [$tennant]}", "$tennant is not known: did you mean '$tenant'"),
        ("subject: {join: [a, {path: b, ass: [trim]}]}", "ass: is not a known key (did you mean 'as'?)"),
        ("subject: {join: [a], by: [x]}", "must be text"),
        ("subject: {join: [a], skip_empty: x}", "must be true or false, not 'x'"),
        ("subject: {path: a, as: [5]}", "must be the name of a function, or {NAME: arguments}"),
        ("subject: {path: a, as: [{trim: {}, lower: {}}]}", "must be the name of a function, or {NAME: arguments}"),
        ("subject: {path: a, on_error: ignore}", "must be one of refuse, empty, else, not 'ignore'"),
        ("subject: {path: a, on_error: else}", "there is no else to take (add else, or say empty or refuse)"),
        ("subject: {const: a, on_error: empty}", "a literal cannot fail (leave on_error out)"),
        ("subject: {path: a, required: false}", "the target refuses to do without this field (leave required out)"),
        ("team: {path: a, required: never}", "must be true or false, not 'never'"),
        ("subject: {const: ''}", "must be a text, a number, true or false (leave the rule out)"),
        ("labels: {list: [{path: a, else: [b]}]}", "must be a text, a number, true or false (leave else out)"),
        ("customNumberProp1: {const: many}", "'many' does not fit: not_a_number (customNumberProp1 is a number)"),
        ("customNumberProp1: {path: a, else: none}", "'none' does not fit: not_a_number"),
        ("audioChannels: {const: stereo}", "does not fit: not_allowed (one of Stereo, Mono1Speaker, Mono2Speaker)"),
        ("dateTime: {const: yesterday}", "'yesterday' does not fit: not_a_time"),
        ("customNumberProp1: lang", "customNumberProp1 is a number, and this gives text (add number to its functions)"),
        ("customNumberProp1: {path: [lang, status]}", "is a number, and this gives text"),
        ("customNumberProp1: {join: [a, b]}", "is a number, and this gives text"),
        ("customNumberProp1: {path: a, as: [number, {table: {1: one}}]}", "is a number, and this gives text"),
        ("customNumberProp1: {list: [a]}", "is a number, and this gives a list"),
        ("subject: {list: [a]}", "subject is text, and this gives a list (add join, or read one entry of it)"),
        ("subject: recordings", "subject is text, and this gives a list"),
        ("subject: menu_path", "subject is text, and this gives an object (name a field of it)"),
        ("dateTime: wait_duration", "dateTime is a time, and this gives a number (add utc to its functions)"),
        ("cutAudio: {const: all}", "does not fit: not_segments"),
        ("subject: {path: lang, as: [{multiply: 2}]}", "multiply takes a number, and gets text (add number"),
        ("subject: {path: a, as: [boolean, round]}", "round takes a number, and gets true or false"),
        ("subject: {path: a, when: {path: b}}", "has no test"),
        ("hasConsent: {const: true}", "is filled by consent, not by a rule"),
        ("customFields.brand: a", "capturi.conversation has no such field"),
        ("team: a\nteamName: b", "team has a rule already"),
    ],
)
def test_wrong_rules(rules: str, message: str, problems: Problems) -> None:
    """What a rule cannot mean is said when the file is loaded, not when it runs."""
    assert message in "\n".join(problems(rules))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", "consent is missing"),
        ("consent: yes", "must be keys with values"),
        ("consent: {path: a}", "values is missing"),
        ("consent: {path: a, values: {}}", "must be words with true or false"),
        ("consent: {path: a, values: {granted: yes}}", "granted must be true or false, not 'yes'"),
        ("consent: {path: a, values: {x: true}, unknown: send}", "must be one of hold, skip, not 'send'"),
        ("consent: {path: a, values: {x: true}, refused: no}", "must be one of skip, send, send_without_audio"),
        ("consent: {path: a, values: {x: true}, otherwise: hold}", "otherwise: is not a known key"),
    ],
)
def test_wrong_consent(more: str, message: str, problems: Problems) -> None:
    """A mapping of calls says what consent is, completely and in words that are known."""
    assert message in "\n".join(problems("subject: a", more=more))


def test_cases_need_no_consent(loaded: Load) -> None:
    """A mapping of text conversations loads without consent, and cannot cut audio."""
    made = loaded("subject: a", more="", writes="capturi.case", reads="ccai.chat")
    assert (None, None, "none") == (made.consent, made.segments, made.split)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("segments: {keep: a, from: b}", "only calls have segments"),
        ("split: agent", "only calls can be split"),
    ],
)
def test_cases_have_no_audio(more: str, message: str, problems: Problems) -> None:
    """What only a recording can have is a mistake in a mapping of cases."""
    assert message in "\n".join(problems("subject: a", more=more, writes="capturi.case"))


def test_custom_fields_of_cases(loaded: Load, problems: Problems) -> None:
    """A case takes ten fields of one's own, whose names are letters and digits."""
    rules = "\n".join(f"customFields.n{number}: a" for number in range(10))
    assert 10 == len(loaded(rules, more="", writes="capturi.case").fields)
    assert (
        "has 11 customFields, and a case carries 10"
        in problems(f"{rules}\ncustomFields.n10: a", more="", writes="capturi.case")[0]
    )
    for name in ("customFields.my-name", "customFields", "customFields.a.b"):
        assert "write customFields.NAME" in problems(f"{name}: a", more="", writes="capturi.case")[0]


def test_the_agent_needs_no_rule(loaded: Load) -> None:
    """What is known of the agent fills the target's three fields; a rule of the file is heard instead."""
    made = loaded("agentName: {const: Somebody}", reads="files.record")
    draft = mapping.apply(made, {}, {"agent": {"id": "5", "name": "Agent One", "email": "one@example.com"}})
    values = {name: draft.values.get(name) for name in ("agentId", "agentName", "agentEmail")}
    assert {"agentId": "5", "agentName": "Somebody", "agentEmail": "one@example.com"} == values


def test_old_names_load_with_a_warning(loaded: Load) -> None:
    """Names of the older vendor guide fill today's fields; what no longer exists is left out."""
    made = loaded("teamName: a\nconversationSegments: b\nteamId: c\ncustomNumberProp10: d", reads="files.record")
    assert ["team", "cutAudio", "customNumberProp10"] == [one.name for one in made.fields][:3]
    assert [
        "is an old name: write team",
        "is an old name: write cutAudio",
        "does not exist any longer and is left out: use team",
        "the target's own pages disagree whether there are nine or ten number properties",
    ] == [one.message for one in made.warnings[:4]]
    assert (5, 3) == (made.warnings[0].line, made.warnings[0].column)


def test_segments_and_cut_audio_exclude_each_other(problems: Problems) -> None:
    """Ready-made segments and computed ones are not both possible."""
    more = "consent: {path: a, values: {x: true}}\nsegments: {keep: a, from: b}\n"
    assert "works out cutAudio, which has a rule as well" in "\n".join(problems("cutAudio: a", more=more))


def test_undocumented_fields_are_a_warning(loaded: Load) -> None:
    """A path that the platform's documentation does not have loads with a warning, for tenants add fields."""
    rules = (
        "subject: menu_path.nam\nstatus: custom_thing\nteam: \"participant[?type=='x'].email | [0]\"\ncustomer: lang.x"
    )
    messages = [str(one).split("trial.yaml:")[1] for one in loaded(rules).warnings]
    hint = "(a tenant's files may well hold more than is documented)"
    assert [
        f"5:3: fields.subject: menu_path.nam: no field 'nam' is documented here: did you mean 'name'? {hint}",
        f"6:3: fields.status: custom_thing: no field 'custom_thing' is documented here {hint}",
        (
            f"7:3: fields.team: participant[?type=='x'].email | [0]: no field 'participant' is documented here: "
            f"did you mean 'participants'? {hint}"
        ),
        f"8:3: fields.customer: lang.x: 'x' is asked of text {hint}",
    ] == messages[:4]
    assert all("no field" not in one.message for one in loaded(rules, reads="files.record").warnings)


def test_missing_rules_are_a_warning(loaded: Load) -> None:
    """A field that the target requires and no rule fills is named in a warning; each draft is refused for it."""
    made = loaded("subject: a\nagentId: b\nagentName: c\nagentEmail: d\ndateTime: e")
    assert ("externalIdentity", "customer") == made.unruled
    assert "has no rule for externalIdentity, customer" in made.warnings[-1].message


@pytest.mark.parametrize(
    ("reads", "known"),
    [("ccai.call", True), ("zendesk.comment", True), ("sangoma.message", True), ("zendesk.ticket", False)],
)
def test_reads_is_an_open_list(reads: str, known: bool, loaded: Load) -> None:  # noqa: FBT001
    """A record of a known kind of source can be read, with a warning where the record itself is not known."""
    warned = any(
        "is not a record that is known here" in one.message for one in loaded("subject: a", reads=reads).warnings
    )
    assert known is not warned


@pytest.mark.parametrize("reads", ["ccai", "ccai.", "salesforce.case", "5"])
def test_reads_of_an_unknown_kind(reads: str, problems: Problems) -> None:
    """A kind of source that nobody reads is a mistake."""
    assert "reads" in "\n".join(problems("subject: a", reads=reads))


def test_writes_of_an_unknown_kind(problems: Problems) -> None:
    """A target that does not exist is a mistake with a remedy."""
    assert "did you mean 'capturi.case'?" in "\n".join(problems("subject: a", writes="capturi.cases"))


def test_the_hash_is_of_the_file_and_its_tables(tmp_path: Path, text: Text) -> None:
    """The hash changes with every byte of the file and of the tables beside it, and with nothing else."""
    path, table = tmp_path / "trial.yaml", tmp_path / "queues.csv"
    path.write_text(text("subject: {path: a, as: [{table: {file: queues.csv}}]}"))
    table.write_text("word,name\na,A\n")
    first = mapping.load(path).hash
    assert 64 == len(first)
    assert first == mapping.load(path, hash_key=b"key").hash
    table.write_text("word,name\na,B\n")
    second = mapping.load(path).hash
    path.write_text(path.read_text() + "# a comment\n")
    assert 3 == len({first, second, mapping.load(path).hash})


@pytest.mark.parametrize("content", ["", "- a", "text", "mapping: x", "fields: []"])
def test_what_is_no_mapping(content: str, tmp_path: Path) -> None:
    """A file that is something else is a mistake of the file."""
    path = tmp_path / "trial.yaml"
    path.write_text(content)
    with pytest.raises(ConfigurationError):
        mapping.load(path)
