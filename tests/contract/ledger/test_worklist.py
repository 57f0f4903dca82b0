"""Which files wait to be judged, and how they are handed out."""

import pytest

from connector import ledger
from connector.ledger import Label
from connector.ledger.agents import with_agents

OLD, NEW = "a" * 64, "b" * 64
AGENTS, OTHER_AGENTS = with_agents(NEW, "1"), with_agents(NEW, "2")


@pytest.fixture
def rejudge(book):
    """Give a function that marks what today's mapping and policy may decide otherwise."""

    def mark(mapping_hash=NEW, policy_hash=NEW):
        return ledger.mark_rejudged(
            book.connection,
            tenant="acme",
            source_kind="ccai",
            target=book.target,
            mapping_hashes={"call": mapping_hash},
            policy_hash=policy_hash,
            agents_hash=AGENTS,
            job="nightly",
        )

    return mark


@pytest.mark.parametrize(
    ("facts", "waits"),
    [
        ({"state": "held", "code": "settling", "mapping_hash": NEW, "policy_hash": NEW}, True),
        ({"state": "sending", "mapping_hash": NEW, "policy_hash": NEW}, True),
        ({"state": "delivered", "mapping_hash": OLD, "policy_hash": OLD}, False),
        ({"state": "refused", "code": "field_missing", "mapping_hash": OLD, "policy_hash": NEW}, True),
        ({"state": "refused", "code": "field_missing", "mapping_hash": NEW, "policy_hash": OLD}, False),
        ({"state": "refused", "code": "unreadable", "mapping_hash": OLD, "policy_hash": OLD}, False),
        ({"state": "refused", "code": "audio_invalid", "mapping_hash": None, "policy_hash": OLD}, False),
        ({"state": "refused", "code": "field_missing", "channel": "chat", "mapping_hash": OLD}, False),
        ({"state": "skipped", "code": "filtered", "mapping_hash": NEW, "policy_hash": OLD}, True),
        ({"state": "skipped", "code": "filtered", "mapping_hash": OLD, "policy_hash": NEW}, False),
        ({"state": "skipped", "code": "agent_unknown", "policy_hash": AGENTS}, False),
        ({"state": "skipped", "code": "agent_unknown", "policy_hash": OTHER_AGENTS}, True),
        ({"state": "skipped", "code": "filtered", "policy_hash": None}, False),
        ({"state": "refused", "code": "field_missing", "mapping_hash": NEW, "policy_hash": AGENTS}, False),
        ({"state": "refused", "code": "field_missing", "mapping_hash": NEW, "policy_hash": OTHER_AGENTS}, True),
        ({"state": "refused", "code": "field_missing", "channel": "chat", "policy_hash": OTHER_AGENTS}, True),
        ({"state": "refused", "code": "field_missing", "policy_hash": with_agents(OLD, "1")}, False),
        ({"state": "refused", "code": "field_missing", "job": "history", "policy_hash": OTHER_AGENTS}, False),
        ({"state": "refused", "code": "field_missing", "mapping_hash": NEW, "policy_hash": None}, False),
        ({"state": "delivered", "mapping_hash": NEW, "policy_hash": OTHER_AGENTS}, False),
        ({"state": "held", "source_kind": "ccai-email"}, False),
        ({"state": "held", "tenant": "other"}, False),
        ({"state": "held", "target": "capturi http://127.0.0.1"}, False),
    ],
)
def test_what_another_mapping_or_policy_may_decide_is_judged_again(book, listed, rejudge, facts, waits):
    """Held and interrupted entries always wait; refused ones for another mapping, skipped ones for another policy.

    Other agents bring back what stopped for an agent's sake, and nothing else.
    """
    book.list(listed("call-1.json", "1"), done=[1])
    book.write("1", file_id=1, **facts)
    assert int(waits) == rejudge()
    assert ({"call-1.json"} if waits else set()) == book.waiting()
    assert 0 == rejudge()


def test_a_job_without_mappings_judges_only_what_waits_anyway(book, listed):
    """Where no channel has a mapping, no refused entry is judged for a mapping's sake."""
    book.list(listed("call-1.json", "1"), done=[1])
    book.write("1", state="refused", code="field_missing", file_id=1, mapping_hash=OLD)
    of_source = {"tenant": "acme", "source_kind": "ccai", "target": book.target}
    assert 0 == ledger.mark_rejudged(
        book.connection, **of_source, mapping_hashes={}, policy_hash=NEW, agents_hash=AGENTS, job="nightly"
    )


def pages(connection, places, limit):
    """Give every page that waits."""
    found, cursor = [], ledger.START
    while True:
        groups, cursor = ledger.pending_groups(connection, places, cursor, limit)
        if not groups:
            return found
        assert limit >= len(groups)
        found.append([(group.role, group.session_id, [file.path for file in group.files]) for group in groups])


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_waiting_file_is_handed_out_once(book, listed, limit):
    """Page by page come nameless transcripts, sessions in order with all their files, then nameless metadata."""
    book.list(
        *(listed(f"call-{number}.json", f"{number}") for number in (3, 1, 20)),
        listed("again/call-1.json", "1"),
        listed("call-1.wav", "1", role="recording"),
        listed("call-4.wav", "4", role="recording"),
        *(listed(f"{name}.json", channel=None) for name in ("x", "y")),
        *(listed(f"{name}.txt", role="transcript", channel="chat") for name in ("t", "u")),
    )
    expected = [
        ("transcript", None, ["t.txt"]),
        ("transcript", None, ["u.txt"]),
        ("metadata", "1", ["call-1.json", "again/call-1.json", "call-1.wav"]),
        ("metadata", "20", ["call-20.json"]),
        ("metadata", "3", ["call-3.json"]),
        ("metadata", None, ["x.json"]),
        ("metadata", None, ["y.json"]),
    ]
    found = pages(book.connection, [book.place], limit)
    assert expected == [group for page in found for group in page]
    assert 8 == ledger.count_pending(book.connection, [book.place])


def test_a_session_over_two_places_is_one_group(book, listed):
    """Where files lie in two storages, a session comes once, with its files of both."""
    other = ledger.place_id(book.connection, "acme", "ccai", book.target, "sftp://elsewhere")
    book.list(listed("call-1.json", "1"), listed("call-3.json", "3"))
    book.list(listed("call-2.json", "2"), listed("call-1.wav", "1", role="recording"), place=other)
    groups = [group for page in pages(book.connection, [book.place, other], 2) for group in page]
    assert [("1", ["call-1.json", "call-1.wav"]), ("2", ["call-2.json"]), ("3", ["call-3.json"])] == [
        group[1:] for group in groups
    ]
    assert [("3", ["call-3.json"])] == [
        group[1:] for group in pages(book.connection, [book.place], 9)[0] if group[1] not in {"1", "2"}
    ]


def test_a_page_is_not_shifted_by_what_was_done_since(book, listed):
    """Files that wait no more once they are judged do not make the next page skip any."""
    book.list(*(listed(f"call-{number}.json", f"{number}") for number in range(10)))
    seen, cursor = [], ledger.START
    while True:
        groups, cursor = ledger.pending_groups(book.connection, [book.place], cursor, 3)
        if not groups:
            break
        for group in groups:
            seen.append(group.session_id)
            book.list(done=[file.id for file in group.files])
    assert [f"{number}" for number in range(10)] == seen
    assert 0 == ledger.count_pending(book.connection, [book.place])


def test_unchanged_metadata_of_a_waiting_session_comes_along(book, listed):
    """A group holds every export of its session, also those that were judged before: the newest of all counts."""
    book.list(listed("old/call-1.json", "1"), done=[1])
    book.list(listed("new/call-1.json", "1"))
    (group,), _ = ledger.pending_groups(book.connection, [book.place])
    assert [("old/call-1.json", False), ("new/call-1.json", True)] == [
        (file.path, file.pending) for file in group.files
    ]


def test_companions_belong_to_channel_and_session(book, listed):
    """A call's recording is not a chat's of the same number; a file whose name tells no channel fits both."""
    book.list(
        listed("call-1.json", "1"),
        listed("call-1.wav", "1", role="recording", part=1),
        listed("call-1-2.wav", "1", role="recording", part=2),
        listed("chat-1.txt", "1", role="transcript", channel="chat"),
        listed("1.mp3", "1", role="voicemail", channel=None),
        listed("photo-1.jpg", "1", role="media"),
        listed("call-2.wav", "2", role="recording"),
    )
    keys = [("call", "1"), ("chat", "1"), ("call", "3")]
    found = ledger.companions(book.connection, [book.place], keys)
    assert {
        ("call", "1"): ["call-1.wav", "call-1-2.wav", "1.mp3"],
        ("chat", "1"): ["chat-1.txt", "1.mp3"],
        ("call", "3"): [],
    } == {key: [file.path for file in files] for key, files in found.items()}
    assert [1, 2, None] == [file.part for file in found["call", "1"]]
    assert {} == ledger.companions(book.connection, [book.place], [])


def test_a_file_is_what_its_body_says(book, listed):
    """A file that was labelled by its body is found under that session, and waits as it did."""
    book.list(listed("a.json", None, channel=None), listed("b.txt", None, role="transcript", channel="chat"))
    ledger.relabel(book.connection, [Label(1, "transcript", "chat", "7"), Label(2, "transcript", "chat", "7")])
    ledger.relabel(book.connection, [])
    found = ledger.companions(book.connection, [book.place], [("chat", "7")])
    assert ["a.json", "b.txt"] == [file.path for file in found["chat", "7"]]
    assert [True, True] == [file.pending for file in found["chat", "7"]]
