import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.session import Channel, FileName, FileRole, classify

CALL, CHAT = Channel.CALL, Channel.CHAT
METADATA, RECORDING, TRANSCRIPT = FileRole.METADATA, FileRole.RECORDING, FileRole.TRANSCRIPT
VOICEMAIL, MEDIA, OTHER = FileRole.VOICEMAIL, FileRole.MEDIA, FileRole.OTHER

KNOWN = [
    ("call-1418.json", FileName(METADATA, CALL, "1418")),
    ("ujet-metadata/call-1418.json", FileName(METADATA, CALL, "1418")),
    ("metadata/2025/09/30/call-337.json", FileName(METADATA, CALL, "337")),
    ("2026/09/07/chat-135.json", FileName(METADATA, CHAT, "135")),
    ("any folder, gården/Call-1418.JSON", FileName(METADATA, CALL, "1418")),
    ("call_1418.json", FileName(METADATA, CALL, "1418")),
    ("call-001418.json", FileName(METADATA, CALL, "1418")),
    ("call-0.json", FileName(METADATA, CALL, "0")),
    ("call-1418.reexport.json", FileName(METADATA, CALL, "1418")),
    ("call-1418 (1).json", FileName(METADATA, CALL, "1418")),
    ("metadata-135.json", FileName(METADATA, None, "135")),
    ("metadata-135.txt", FileName(METADATA, None, "135")),
    ("acme/metadata.json", FileName(METADATA)),
    ("call-1076.mp3", FileName(RECORDING, CALL, "1076")),
    ("ccai/call_recording/call-1076.wav", FileName(RECORDING, CALL, "1076")),
    ("call-1076.WAV", FileName(RECORDING, CALL, "1076")),
    ("call-1076-2.wav", FileName(RECORDING, CALL, "1076", 2)),
    ("call-1076_2.mp3", FileName(RECORDING, CALL, "1076", 2)),
    ("call-1076_part-02.wav", FileName(RECORDING, CALL, "1076", 2)),
    ("call-1076_agent.wav", FileName(RECORDING, CALL, "1076")),
    ("chat-135.txt", FileName(TRANSCRIPT, CHAT, "135")),
    ("chat-136.transcript.json", FileName(TRANSCRIPT, CHAT, "136")),
    ("chat-136_transcript.json", FileName(TRANSCRIPT, CHAT, "136")),
    ("chat-136-transcript.txt", FileName(TRANSCRIPT, CHAT, "136")),
    ("transcript-chat-136.json", FileName(TRANSCRIPT, CHAT, "136")),
    ("transcript.json", FileName(TRANSCRIPT)),
    ("ujet-voicemails/call-2002.mp3", FileName(VOICEMAIL, CALL, "2002")),
    ("my Voicemail folder/2026/7f3a.wav", FileName(VOICEMAIL)),
    ("voicemail-call-2002.wav", FileName(VOICEMAIL, CALL, "2002")),
    ("ujet-voicemails/call-2002.json", FileName(METADATA, CALL, "2002")),
    ("call-5-photo-77.jpg", FileName(MEDIA, CALL, "5")),
    ("ujet-media/chat-5-video-78.mp4", FileName(MEDIA, CHAT, "5")),
    ("picture.png", FileName(MEDIA)),
]
FOREIGN = [
    *("call-1076.mp3_raw_moved", "call-1076.mp3.temp_16k.wav", "call-1076_raw_moved.mp3", "call-1076.temp_16k.wav"),
    *("call-1.json.part", "call-1.json.tmp", "call-1.mp3.filepart", "call-1.mp3.partial", "call-1.tmp.json"),
    *(".call-1.json", ".call-1.json.Xy12", "call-1.json~", "~call-1.json", "a/.hidden/.DS_Store"),
    *("email-7.pdf", "chat-7.pdf", "readme.md", "notes.json", "report.txt", "call-.json", "call-x.json", "call.json"),
    *("callcenter-1.json", "recall-1.json", "call-1", "1076.mp3", "metadata-5.mp3", "", "/", "call-1.json/"),
    *("call-1 (1).mp3", "call-٤٢.json"),
]


@pytest.mark.parametrize(("path", "expected"), KNOWN)
def test_a_known_name_is_told(path, expected):
    """Each documented or seen convention is known, in any folder and in any case."""
    assert expected == classify(path)


@pytest.mark.parametrize("path", FOREIGN)
def test_a_foreign_name_is_other(path):
    """What a transfer or a redaction tool left behind, and what no convention knows, is nothing of ours."""
    assert FileName(OTHER) == classify(path)


@given(st.text() | st.from_regex(r"(call|chat|metadata)[-_][0-9]+.*\.(json|txt|mp3|jpg)"))
def test_any_path_has_an_answer(path):
    """No path raises, and an id is always a number spelt without leading zeros."""
    found = classify(path)
    assert found.session_id is None or str(int(found.session_id)) == found.session_id


@given(st.text(st.characters(exclude_characters="/")).filter(lambda folder: "voicemail" not in folder.lower()))
def test_the_folder_does_not_matter(folder):
    """Whatever the folder is called, the same name means the same, voicemail folders aside."""
    assert FileName(RECORDING, CALL, "1418") == classify(f"{folder}/call-1418.mp3")
