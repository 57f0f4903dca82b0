import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.session import pair
from connector.storage import FileInfo

FOLDERS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3).map(lambda parts: "".join(f"{p}/" for p in parts))
NAMES = st.sampled_from(
    ["call-1.mp3", "call-1.wav", "call-1-1.wav", "call-1_1.wav", "call-1-2.wav", "call-1.mp3_raw_moved", "call-1.json"]
)
PATHS = st.builds(lambda folder, name: folder + name, FOLDERS, NAMES)


def listed(*paths: str) -> list[FileInfo]:
    return [FileInfo(path, 1, 0) for path in paths]


def paired(metadata: str, *paths: str) -> list[list[str]]:
    return [[part.path for part in recording.parts] for recording in pair(metadata, listed(*paths))]


@pytest.mark.parametrize(
    ("metadata", "recordings", "expected"),
    [
        ("call-1.json", ["call-1.mp3"], "call-1.mp3"),
        ("ujet-metadata/call-1.json", ["ujet-voice-recordings/call-1.mp3"], "ujet-voice-recordings/call-1.mp3"),
        ("acme/m/call-1.json", ["beta/r/call-1.mp3", "acme/r/call-1.mp3"], "acme/r/call-1.mp3"),
        ("2026/09/07/call-1.json", ["2026/09/08/call-1.mp3", "2025/09/07/call-1.mp3"], "2026/09/08/call-1.mp3"),
        ("2026/call-1.json", ["2026/09/08/call-1.mp3", "call-1.mp3"], "2026/09/08/call-1.mp3"),
        ("a/metadata.json", ["a/call-1.wav", "call-1.wav"], "a/call-1.wav"),
    ],
)
def test_the_deepest_common_folder_wins(metadata, recordings, expected):
    """Of several recordings of the id, that one belongs to the metadata which shares the deepest folder with it."""
    assert [[expected]] == paired(metadata, *recordings)


def test_folders_are_compared_by_whole_names():
    """A folder whose name only begins alike is another folder."""
    assert [["acme/call-1.mp3"], ["acme2/call-1.mp3"]] == paired(
        "acm/call-1.json", "acme/call-1.mp3", "acme2/call-1.mp3"
    )


def test_parts_come_in_their_order():
    """The parts of a recording make one recording, ordered by number and not by spelling."""
    names = [f"r/call-1-{number}.wav" for number in (10, 2, 1)]
    assert [["r/call-1-1.wav", "r/call-1-2.wav", "r/call-1-10.wav"]] == paired("m/call-1.json", *names)
    assert [["r/call-1.wav", "r/call-1_2.wav"]] == paired("m/call-1.json", "r/call-1_2.wav", "r/call-1.wav")


def test_equally_near_recordings_are_all_given():
    """Where names cannot decide, every recording is given, so that their content can be compared."""
    found = paired("m/call-1.json", "r/call-1.mp3", "r/call-1.wav", "s/call-1.mp3", "r/call-1_agent.mp3")
    assert [["r/call-1.mp3"], ["r/call-1_agent.mp3"], ["r/call-1.wav"], ["s/call-1.mp3"]] == found


def test_the_same_part_twice_is_two_recordings():
    """Two files for the first part are two recordings, not one that says everything twice."""
    assert [["call-1-1.wav", "call-1-2.wav"], ["call-1_1.wav"]] == paired(
        "call-1.json", "call-1_1.wav", "call-1-2.wav", "call-1-1.wav"
    )


def test_leftovers_of_other_tools_are_passed_over():
    """A redacted recording pairs, the original that the tool moved away and its working copies do not."""
    names = [
        "r/call-1.mp3_raw_moved",
        "r/call-1.mp3",
        "r/call-1.mp3.temp_16k.wav",
        "r/call-1.mp3.part",
        "r/call-1.json",
    ]
    assert [["r/call-1.mp3"]] == paired("r/call-1.json", *names)


def test_a_leftover_nearby_does_not_hide_the_recording():
    """What is no recording is passed over before the nearest folder is sought."""
    assert [["r/call-1.mp3"]] == paired("m/call-1.json", "m/call-1.mp3_raw_moved", "r/call-1.mp3")


def test_nothing_to_pair_gives_nothing():
    """Without candidates there is no recording."""
    assert [] == paired("call-1.json")


@given(PATHS, st.lists(PATHS), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(metadata, paths, chance: random.Random):
    """However the candidates are ordered or repeated, the result is the same and names each file once."""
    expected = paired(metadata, *paths)
    again = [*paths, *paths[:2]]
    chance.shuffle(again)
    assert expected == paired(metadata, *again)
    named = [path for recording in expected for path in recording]
    assert len(set(named)) == len(named)
